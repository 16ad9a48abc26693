"""Mail for the newsroom: what waits, at most one in five minutes, with links that decide one comment, once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from service import clock
from service.domain.email import parse_email
from service.domain.errors import NotFound
from service.domain.mail import DeskTopic
from service.notify import digest
from service.notify.digest import Wanted
from service.storage.database import transaction
from service.web.context import services
from tests.api.desk import ALL, Desk
from tests.api.mailed import BASE, Mailroom
from tests.api.moderated import status_of
from tests.backing.mail import LINK

VERSION = re.compile(r'name="version" value="(\d+)"')


@pytest.fixture
def desk(mailroom: Mailroom) -> Desk:
    return Desk(mailroom)


def _press(desk: Desk, link: str, decision: str, version: int = 1, **more: str) -> Any:
    return desk.mailroom.press(link, decision=decision, version=str(version), **more)


def test_a_digest_tells_what_waits_and_why_in_plain_words(mailroom: Mailroom, desk: Desk) -> None:
    room = mailroom.newsroom
    room.pending(
        name="Ali www.evil.example", body="Look at https://evil.example/x and evil.example", title="Talks"
    )
    (mail,) = desk.mails()
    assert "1" in str(mail.message["Subject"])
    assert "Talks" in mail.text
    assert "evil.example" not in mail.text
    assert all(link.startswith(BASE) for link in LINK.findall(mail.text))
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_reasons_are_told_in_the_language_of_who_reads_them(mailroom: Mailroom) -> None:
    desk = Desk(mailroom, language="tr")
    mailroom.newsroom.pending(body="Bakın: https://a.example.com ve sonra da https://b.example.com")
    (mail,) = desk.mails()
    assert "Metinde 2 bağlantı var, başka pek bir şey yok." in mail.text


def test_there_is_one_in_five_minutes_and_nothing_is_told_twice(mailroom: Mailroom, desk: Desk) -> None:
    mailroom.newsroom.pending(body="The first.")
    assert len(desk.mails()) == 1
    mailroom.newsroom.pending(body="The second.")
    mailroom.move(minutes=4)
    assert len(desk.mails()) == 1
    mailroom.move(seconds=20)
    _, second = desk.mails()
    assert "The second." in second.text
    assert "The first." not in second.text
    mailroom.move(minutes=10)
    assert len(desk.mails()) == 2


def test_what_was_decided_meanwhile_is_not_told(mailroom: Mailroom, desk: Desk) -> None:
    mailroom.newsroom.approved()
    mailroom.newsroom.pending(body="Still waiting.")
    (mail,) = desk.mails()
    assert "Still waiting." in mail.text
    assert mail.text.count("/mail/decide/") == 1


def test_many_are_counted_and_ten_are_shown(mailroom: Mailroom, desk: Desk) -> None:
    for _ in range(13):
        mailroom.newsroom.pending()
    (mail,) = desk.mails()
    assert mail.text.count("/mail/decide/") == 10
    assert "3 more comments wait" in mail.text


def test_other_sites_are_not_told(mailroom: Mailroom, desk: Desk, open_site: Any) -> None:
    open_site().pending()
    assert desk.mails() == []


def test_opening_a_link_changes_nothing_and_a_press_decides_once(mailroom: Mailroom, desk: Desk) -> None:
    comment = mailroom.newsroom.pending(body="Approve **me**.")
    (mail,) = desk.mails()
    link = mail.link("mail/decide/")
    for _ in range(2):
        page = mailroom.newsroom.client.get(link)
        assert page.status_code == 200
    assert "<strong>me</strong>" in page.get_data(as_text=True)
    assert VERSION.findall(page.get_data(as_text=True))[0] == "1"
    assert status_of(mailroom.newsroom, [comment]) == {comment: "pending"}
    done = _press(desk, link, "approve")
    assert done.status_code == 200
    assert "Published" in done.get_data(as_text=True)
    assert status_of(mailroom.newsroom, [comment]) == {comment: "approved"}
    assert _press(desk, link, "spam", 2).status_code == 410
    assert status_of(mailroom.newsroom, [comment]) == {comment: "approved"}
    event = mailroom.newsroom.moderation("events", comment=comment).get_json()["events"][0]
    assert (event["kind"], event["actor"]) == ("decided", f"account:{desk.login}")
    assert len(mailroom.newsroom.read()["comments"]) == 1


def test_a_rejection_carries_its_reason(mailroom: Mailroom, desk: Desk) -> None:
    comment = mailroom.newsroom.pending()
    (mail,) = desk.mails()
    assert _press(desk, mail.link("mail/decide/"), "reject", reason="off_topic").status_code == 200
    event = mailroom.newsroom.moderation("events", comment=comment).get_json()["events"][0]
    assert (event["after"], event["reason"]) == ("rejected", "off_topic")


def test_a_comment_that_changed_is_shown_again_and_the_link_stays_good(
    mailroom: Mailroom, desk: Desk
) -> None:
    sent = mailroom.newsroom.submit().get_json()
    comment = sent["comment"]["id"]
    (mail,) = desk.mails()
    link = mail.link("mail/decide/")
    author = {"Authorization": f"Author {sent['author_token']}"}
    assert mailroom.newsroom.client.patch(
        f"/v1/comments/{comment}", json={"body": "Now something else."}, headers=author
    )
    stale = _press(desk, link, "approve", 1)
    assert stale.status_code == 409
    assert "Now something else." in stale.get_data(as_text=True)
    assert status_of(mailroom.newsroom, [comment]) == {comment: "pending"}
    assert _press(desk, link, "approve", 2).status_code == 200


@pytest.mark.parametrize("form", [{}, {"decision": "delete", "version": "1"}, {"decision": "approve"}])
def test_what_a_link_cannot_decide_is_refused(mailroom: Mailroom, desk: Desk, form: dict[str, str]) -> None:
    comment = mailroom.newsroom.pending()
    (mail,) = desk.mails()
    assert mailroom.press(mail.link("mail/decide/"), **form).status_code == 422
    assert status_of(mailroom.newsroom, [comment]) == {comment: "pending"}


def test_a_disabled_account_decides_nothing_and_gets_nothing(mailroom: Mailroom, desk: Desk) -> None:
    comment = mailroom.newsroom.pending()
    (mail,) = desk.mails()
    desk.disable()
    link = mail.link("mail/decide/")
    assert mailroom.newsroom.client.get(link).status_code == 410
    assert _press(desk, link, "approve").status_code == 410
    assert status_of(mailroom.newsroom, [comment]) == {comment: "pending"}
    mailroom.newsroom.pending()
    mailroom.move(minutes=6)
    assert len(desk.mails()) == 1


def test_a_link_ends_after_three_days(mailroom: Mailroom, desk: Desk) -> None:
    mailroom.newsroom.pending()
    (mail,) = desk.mails()
    mailroom.move(days=3)
    assert _press(desk, mail.link("mail/decide/"), "approve").status_code == 410


def test_an_address_is_used_after_its_reader_confirmed_it(mailroom: Mailroom) -> None:
    desk = Desk(mailroom, trusted=False)
    mailroom.newsroom.pending()
    (question,) = desk.mails()
    link = question.link("mail/desk/")
    assert mailroom.newsroom.client.get(link).status_code == 200
    mailroom.move(minutes=6)
    assert len(desk.mails()) == 1
    assert mailroom.press(link).status_code == 200
    assert mailroom.press(link).status_code == 410
    assert len(desk.mails()) == 2


def logged(desk: Desk) -> list[tuple[str, str, dict[str, Any]]]:
    """What the audit log says of addresses, oldest first: kind, actor and details."""
    shown = desk.mailroom.newsroom.moderation("events").get_json()["events"]
    return [
        (event["kind"], event["actor"], event["detail"])
        for event in reversed(shown)
        if event["kind"].startswith("mail_address")
    ]


def test_what_becomes_of_an_address_is_logged_and_the_address_is_not(mailroom: Mailroom) -> None:
    desk = Desk(mailroom, trusted=False)
    own, told = f"account:{desk.login}", {"account": desk.login}
    assert logged(desk) == [("mail_address_changed", own, told)]
    (question,) = desk.mails()
    assert mailroom.press(question.link("mail/desk/")).status_code == 200
    with mailroom.newsroom.app.app_context():
        digest.set_address(services(), desk.id, parse_email("other@news.example"), Wanted(ALL), trusted=True)
        digest.forget_address(desk.id)
        digest.forget_address(desk.id)  # there is none any more
    assert logged(desk)[1:] == [
        ("mail_address_confirmed", own, told),
        ("mail_address_changed", "operator", told),
        ("mail_address_forgotten", own, told),
    ]
    whole = mailroom.newsroom.moderation("events").get_data(as_text=True)
    assert desk.email not in whole
    assert "other@news.example" not in whole


def test_the_link_of_an_address_before_confirms_nothing(mailroom: Mailroom) -> None:
    desk = Desk(mailroom, trusted=False)
    (question,) = desk.mails()
    with mailroom.newsroom.app.app_context():
        digest.set_address(services(), desk.id, parse_email("other@news.example"), Wanted(ALL))
    assert mailroom.press(question.link("mail/desk/")).status_code == 410
    with mailroom.newsroom.app.app_context():
        shown = digest.show(desk.id)
    assert shown is not None
    assert not shown.confirmed


def test_a_moderator_chooses_and_unsubscribes(mailroom: Mailroom, desk: Desk) -> None:
    with mailroom.newsroom.app.app_context():
        digest.choose(desk.id, Wanted((DeskTopic.CAMPAIGNS,), "tr"))
    mailroom.newsroom.pending()
    assert desk.mails() == []
    with mailroom.newsroom.app.app_context():
        digest.choose(desk.id, Wanted(ALL, "tr"))
    mailroom.newsroom.pending()
    (mail,) = desk.mails()
    assert mail.message["Content-Language"] == "tr"
    stop = mail.message["List-Unsubscribe"].strip("<>").removeprefix(BASE)
    assert mailroom.newsroom.client.get(stop).status_code == 200
    assert mailroom.press(stop).status_code == 200
    mailroom.newsroom.pending()
    mailroom.move(minutes=6)
    assert len(desk.mails()) == 1
    with mailroom.newsroom.app.app_context():
        digest.forget_address(desk.id)
        assert digest.show(desk.id) is None
        with pytest.raises(NotFound):
            digest.choose(desk.id, Wanted(ALL))


def test_a_campaign_is_told(mailroom: Mailroom, desk: Desk) -> None:
    text = "Win a free phone today, only a few are left, tell all your friends about this offer now"
    for number in range(6):
        mailroom.newsroom.pending(body=f"{text} {number}", address="198.51.100.9")
    (mail,) = desk.mails()
    assert "new campaign was found" in mail.text


def test_a_breaker_that_trips_is_told(mailroom: Mailroom, desk: Desk) -> None:
    from datetime import timedelta

    from service.notify import breakers
    from service.storage import breakers as stored

    now = clock.now()
    with mailroom.newsroom.app.app_context(), transaction() as session:
        row = stored.read(stored.lock(session, mailroom.newsroom.site))
        breakers.trip(session, row, now + timedelta(hours=1), now)
    (mail,) = desk.mails()
    assert "unusually many suspicious comments" in mail.text


def test_every_alarm_is_a_kind_of_event_that_is_written(mailroom: Mailroom) -> None:
    from service.moderation import pages
    from service.notify import breakers
    from service.notify.desk_letters import ALARMS

    assert set(ALARMS) == {breakers.TRIPPED, pages.BOILS}
