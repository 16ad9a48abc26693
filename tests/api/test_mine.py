"""One's own comments, by a mailed link: seen, changed, deleted, taken along, erased."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from service.storage.database import reading
from service.storage.models import Author, Comment, Job
from tests.api.mailed import Mailroom
from tests.api.newsroom import change_site

EMAIL = "deniz@mail.example.org"
VISIT = re.compile(r'name="visit" value="([^"]+)"')


def _ask(mailroom: Mailroom, email: str = EMAIL) -> Any:
    return mailroom.press("/mail/mine", site=mailroom.newsroom.site, email=email)


def _link(mailroom: Mailroom, email: str = EMAIL) -> str:
    assert _ask(mailroom, email).status_code == 200
    return mailroom.mails(email)[-1].link("mail/mine/")


def _visit(mailroom: Mailroom, email: str = EMAIL) -> str:
    page = mailroom.press(_link(mailroom, email))
    assert page.status_code == 200
    return VISIT.findall(page.get_data(as_text=True))[0]


def _act(mailroom: Mailroom, visit: str, action: str, **fields: str) -> Any:
    return mailroom.press("/mail/visit", visit=visit, action=action, **fields)


def _comment(mailroom: Mailroom, comment: str) -> Comment:
    with mailroom.newsroom.app.app_context(), reading() as session:
        return session.scalars(select(Comment).where(Comment.id == comment)).one()


def test_the_answer_is_the_same_whether_anybody_wrote_under_the_address(mailroom: Mailroom) -> None:
    mailroom.newsroom.pending(email=EMAIL)
    mailroom.work()
    mailroom.sink.received.clear()
    known, unknown = _ask(mailroom), _ask(mailroom, "nobody@mail.example.org")
    assert known.get_data() == unknown.get_data()
    assert known.status_code == unknown.status_code == 200
    with mailroom.newsroom.app.app_context(), reading() as session:
        payloads = session.scalars(select(Job.payload).where(Job.kind == "mail-own-comments")).all()
    assert len(payloads) == 2
    assert "@" not in json.dumps(list(payloads))
    mailroom.work()
    assert [mail.recipient for mail in mailroom.sink.received] == [EMAIL]


def test_a_mistyped_address_is_said_so_and_not_written_into_the_page(mailroom: Mailroom) -> None:
    page = _ask(mailroom, "deniz-at-mail")
    assert page.status_code == 422
    assert "aria-invalid" in page.get_data(as_text=True)
    assert "deniz-at-mail" not in page.get_data(as_text=True)


def test_asking_often_sends_one_link_in_five_minutes(mailroom: Mailroom) -> None:
    mailroom.newsroom.pending(email=EMAIL)
    mailroom.work()
    mailroom.sink.received.clear()
    for _ in range(4):
        _ask(mailroom)
    assert len(mailroom.mails(EMAIL)) == 1
    mailroom.move(minutes=5)
    _ask(mailroom)
    assert len(mailroom.mails(EMAIL)) == 2


def test_the_link_opens_on_a_press_once(mailroom: Mailroom) -> None:
    mailroom.newsroom.pending(email=EMAIL, body="Mine alone.")
    link = _link(mailroom)
    for _ in range(2):
        page = mailroom.newsroom.client.get(link)
        assert page.status_code == 200
        assert "Mine alone." not in page.get_data(as_text=True)
    opened = mailroom.press(link)
    assert "Mine alone." in opened.get_data(as_text=True)
    assert EMAIL not in opened.get_data(as_text=True)
    assert opened.headers["Cache-Control"] == "no-store"
    assert mailroom.press(link).status_code == 410
    late = mailroom.move
    late(minutes=6)
    other = _link(mailroom)
    mailroom.move(hours=2)
    assert mailroom.newsroom.client.get(other).status_code == 410


def test_a_visit_ends_after_an_hour(mailroom: Mailroom) -> None:
    mailroom.newsroom.pending(email=EMAIL)
    visit = _visit(mailroom)
    mailroom.move(minutes=59)
    assert _act(mailroom, visit, "stop").status_code == 200
    mailroom.move(minutes=2)
    assert _act(mailroom, visit, "start").status_code == 410
    assert _act(mailroom, "x" * 20, "start").status_code == 410


def test_the_page_lists_ones_own_with_their_status_and_nobody_elses(mailroom: Mailroom) -> None:
    room = mailroom.newsroom
    room.approved(email=EMAIL, body="The approved one.")
    room.decide(room.pending(email=EMAIL, body="The rejected one."), "reject")
    room.decide(room.pending(email=EMAIL, body="The spam one."), "spam")
    room.approved(email="other@mail.example.org", body="Of somebody else.")
    page = mailroom.press(_link(mailroom)).get_data(as_text=True)
    states = re.findall(r'belowline-badge">([^<]+)<', page)
    assert states == ["Awaiting review", "Not published", "Published"]
    assert "Of somebody else." not in page


def test_the_text_is_changed_through_the_same_pipeline_within_the_window(mailroom: Mailroom) -> None:
    comment = mailroom.newsroom.approved(email=EMAIL)
    visit = _visit(mailroom)
    assert _act(mailroom, visit, "edit", comment=comment, body="Better words.").status_code == 200
    assert _comment(mailroom, comment).body == "Better words."
    assert _comment(mailroom, comment).status == "pending"  # the site holds all
    assert _act(mailroom, visit, "edit", comment=comment, body="").status_code == 200
    assert _act(mailroom, visit, "edit", comment=comment, body="x" * 5001).status_code == 422
    mailroom.move(minutes=20)
    late = _act(mailroom, visit, "edit", comment=comment, body="Too late.")
    assert late.status_code == 409
    assert "too late" in late.get_data(as_text=True)
    assert _comment(mailroom, comment).body == "Better words."


def test_deleting_is_always_possible(mailroom: Mailroom) -> None:
    comment = mailroom.newsroom.approved(email=EMAIL)
    mailroom.move(days=300)
    visit = _visit(mailroom)
    assert _act(mailroom, visit, "delete", comment=comment).status_code == 200
    assert _comment(mailroom, comment).status == "deleted"
    assert mailroom.newsroom.read()["comments"] == []


@pytest.mark.parametrize("action", ["edit", "delete", "claim"])
def test_a_visitor_does_nothing_to_the_comments_of_others(mailroom: Mailroom, action: str) -> None:
    mailroom.newsroom.pending(email=EMAIL)
    other = mailroom.newsroom.approved(email="other@mail.example.org", body="Hands off.")
    before = _comment(mailroom, other)
    assert _act(mailroom, _visit(mailroom), action, comment=other, body="Mine!").status_code == 404
    after = _comment(mailroom, other)
    assert (after.body, after.status, after.confirmed_at) == (before.body, before.status, None)


def test_opening_confirms_the_address_and_each_comment_is_claimed_by_itself(mailroom: Mailroom) -> None:
    first, second = (mailroom.newsroom.pending(email=EMAIL) for _ in range(2))
    visit = _visit(mailroom)
    with mailroom.newsroom.app.app_context(), reading() as session:
        author = session.scalars(select(Author).where(Author.site == mailroom.newsroom.site)).one()
    assert author.confirmed_at is not None
    assert _act(mailroom, visit, "claim", comment=first).status_code == 200
    assert _comment(mailroom, first).confirmed_at is not None
    assert _comment(mailroom, second).confirmed_at is None


def test_mail_is_stopped_and_wanted_again(mailroom: Mailroom) -> None:
    comment, _ = mailroom.confirmed(EMAIL, notify=True)
    visit = _visit(mailroom)
    assert "You get no mail" in _act(mailroom, visit, "stop").get_data(as_text=True)
    mailroom.newsroom.decide(comment, "approve")
    mailroom.move(minutes=20)
    count = len(mailroom.mails(EMAIL))
    assert "You get mail" in _act(mailroom, visit, "start").get_data(as_text=True)
    assert len(mailroom.mails(EMAIL)) == count + 1


def test_everything_can_be_taken_along(mailroom: Mailroom) -> None:
    comment = mailroom.newsroom.pending(email=EMAIL, body="Take me along.")
    answer = _act(mailroom, _visit(mailroom), "export")
    assert answer.mimetype == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    held = json.loads(answer.get_data(as_text=True))
    assert [(one["id"], one["body"]) for one in held["comments"]] == [(comment, "Take me along.")]
    assert EMAIL not in answer.get_data(as_text=True)


def test_erasing_asks_once_more_and_leaves_nothing(mailroom: Mailroom) -> None:
    comment, _ = mailroom.confirmed(EMAIL, notify=True, body="Forget me.")
    mailroom.newsroom.decide(comment, "approve")
    visit = _visit(mailroom)
    assert "box first" in _act(mailroom, visit, "erase").get_data(as_text=True)
    assert _comment(mailroom, comment).body == "Forget me."
    assert _act(mailroom, visit, "erase", sure="on").status_code == 200
    erased = _comment(mailroom, comment)
    assert (erased.body, erased.name, erased.confirmed_at, erased.status.value) == ("", "", None, "deleted")
    assert _act(mailroom, visit, "start").status_code == 410
    mailroom.move(minutes=20)
    mailroom.sink.received.clear()
    assert mailroom.mails(EMAIL) == []
    kinds = [event["kind"] for event in mailroom.newsroom.moderation("events").get_json()["events"]]
    assert "author_erased" in kinds


def test_a_form_with_unknown_or_missing_fields_is_refused_in_the_page(mailroom: Mailroom) -> None:
    mailroom.newsroom.pending(email=EMAIL)
    visit = _visit(mailroom)
    assert _act(mailroom, visit, "promote").status_code == 422
    assert _act(mailroom, visit, "delete", comment="nonsense").status_code == 422
    assert mailroom.press("/mail/visit", visit=visit).status_code == 422
    assert mailroom.press("/mail/visit").status_code == 410
    assert mailroom.press("/mail/mine", site="no-such-site", email=EMAIL).status_code == 404
    assert mailroom.newsroom.client.get("/mail/mine").status_code == 404


def test_where_no_mail_is_sent_the_page_says_so(mailroom: Mailroom) -> None:
    change_site(mailroom.newsroom, mail=False)
    page = mailroom.newsroom.client.get(f"/mail/mine?site={mailroom.newsroom.site}")
    assert "sends no mail" in page.get_data(as_text=True)
    assert _ask(mailroom).status_code == 200
    assert mailroom.mails(EMAIL) == []


def test_readers_are_told_whether_mail_is_sent(mailroom: Mailroom) -> None:
    def told() -> tuple[bool, bool]:
        at_once = {"Cache-Control": "no-cache"}
        page = mailroom.newsroom.thread(headers=at_once).get_json()["page"]
        asked = {"site": mailroom.newsroom.site, "page": page["key"]}
        document = mailroom.newsroom.client.get("/thread", query_string=asked, headers=at_once)
        return page["mail"], 'name="notify"' in document.get_data(as_text=True)

    assert told() == (True, True)
    change_site(mailroom.newsroom, mail=False)
    assert told() == (False, False)
    refused = mailroom.press(
        "/v1/comments", site=mailroom.newsroom.site, page="talks", name="Deniz", body="x"
    )
    assert refused.status_code == 422
    assert 'name="notify"' not in refused.get_data(as_text=True)
