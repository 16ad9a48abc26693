"""Mail with news of comments: for who asked and confirmed, once it is public, and not too often."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.api.mailed import BASE, Mailroom
from tests.api.newsroom import ORIGIN, PAGE
from tests.backing.mail import LINK, Received

EMAIL = "deniz@mail.example.org"
DIGEST = {"minutes": 16}


def _news(mailroom: Mailroom, email: str = EMAIL) -> list[Received]:
    return [mail for mail in mailroom.mails(email) if "News" in mail.message["Subject"]]


def _asked(mailroom: Mailroom, **fields: Any) -> str:
    """A public comment of a confirmed author who asked to hear; its approval has been told."""
    comment, _ = mailroom.confirmed(EMAIL, notify=True, **fields)
    mailroom.newsroom.decide(comment, "approve")
    mailroom.move(**DIGEST)
    mailroom.work()
    mailroom.move(**DIGEST)
    mailroom.sink.received.clear()
    return comment


def _reply(mailroom: Mailroom, comment: str, **fields: Any) -> str:
    return mailroom.newsroom.pending(parent=comment, **fields)


def test_an_author_hears_of_an_approval(mailroom: Mailroom) -> None:
    comment, _ = mailroom.confirmed(EMAIL, notify=True, title="Talks go on")
    mailroom.newsroom.decide(comment, "approve")
    assert _news(mailroom) == []
    mailroom.move(**DIGEST)
    (mail,) = _news(mailroom)
    assert "is published" in mail.text
    assert "Talks go on" in mail.text
    assert f"{PAGE}#comment-{comment}" in mail.text


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("off_topic", "nothing to do with the article"),
        ("never_heard_of", "did not fit the rules"),
        ("", "did not fit"),
    ],
)
def test_an_author_hears_of_a_rejection_with_the_reason_in_plain_words(
    mailroom: Mailroom, reason: str, words: str
) -> None:
    comment, _ = mailroom.confirmed(EMAIL, notify=True)
    assert mailroom.newsroom.decide(comment, "reject", reason=reason).status_code == 200
    mailroom.move(**DIGEST)
    (mail,) = _news(mailroom)
    assert "was not published" in mail.text
    assert words in mail.text


@pytest.mark.parametrize("decision", ["spam", "delete"])
def test_spam_and_deletions_are_no_news(mailroom: Mailroom, decision: str) -> None:
    comment, _ = mailroom.confirmed(EMAIL, notify=True)
    mailroom.newsroom.decide(comment, decision)
    mailroom.move(**DIGEST)
    assert _news(mailroom) == []


def test_a_decision_that_was_undone_in_time_is_no_news(mailroom: Mailroom) -> None:
    comment, _ = mailroom.confirmed(EMAIL, notify=True)
    undo = mailroom.newsroom.decide(comment, "reject").get_json()["undo"]
    from tests.api.newsroom import bearer

    answer = mailroom.newsroom.client.post(
        f"/v1/moderation/undo/{undo}", headers=bearer(mailroom.newsroom.moderator)
    )
    assert answer.status_code == 200
    mailroom.move(**DIGEST)
    assert _news(mailroom) == []


def test_replies_are_told_once_they_are_public_and_in_one_mail(mailroom: Mailroom) -> None:
    comment = _asked(mailroom)
    first = _reply(mailroom, comment, name="Ali", body="I see it otherwise.")
    mailroom.move(**DIGEST)
    assert _news(mailroom) == []
    mailroom.newsroom.decide(first, "approve")
    second = _reply(mailroom, comment, name="Zoë", body="So do I.")
    mailroom.newsroom.decide(second, "approve")
    mailroom.move(**DIGEST)
    (mail,) = _news(mailroom)
    assert "Ali" in mail.text
    assert "I see it otherwise." in mail.text
    assert "Zoë" in mail.text
    mailroom.move(**DIGEST)
    assert len(_news(mailroom)) == 1


def test_an_author_gets_one_digest_in_the_interval_at_most(mailroom: Mailroom) -> None:
    comment = _asked(mailroom)
    for _ in range(4):
        mailroom.newsroom.decide(_reply(mailroom, comment), "approve")
        mailroom.move(minutes=16)
        mailroom.newsroom.decide(_reply(mailroom, comment), "approve")
        mailroom.work()
        mailroom.move(minutes=14)
        mailroom.work()
    mails = _news(mailroom)
    at = [mail.message["Date"].datetime for mail in mails]
    assert len(mails) == 4
    assert all((later - sooner).total_seconds() >= 15 * 60 for sooner, later in pairwise(at))


def test_a_reply_that_left_the_page_before_the_mail_is_not_told(mailroom: Mailroom) -> None:
    comment = _asked(mailroom)
    reply = _reply(mailroom, comment, body="Later found to be spam.")
    mailroom.newsroom.decide(reply, "approve")
    mailroom.newsroom.decide(reply, "spam", version=2)
    mailroom.move(**DIGEST)
    assert _news(mailroom) == []


def test_who_did_not_ask_or_did_not_confirm_hears_nothing(mailroom: Mailroom) -> None:
    silent, _ = mailroom.confirmed(EMAIL)
    unconfirmed = mailroom.newsroom.pending(email="other@mail.example.org", notify=True)
    for comment in (silent, unconfirmed):
        mailroom.newsroom.decide(comment, "approve")
        mailroom.newsroom.approved(parent=comment)
    mailroom.move(**DIGEST)
    assert _news(mailroom) == []
    assert _news(mailroom, "other@mail.example.org") == []


def test_a_comment_that_somebody_else_wrote_under_a_confirmed_address_brings_no_mail(
    mailroom: Mailroom,
) -> None:
    _asked(mailroom)
    forged = mailroom.newsroom.approved(email=EMAIL, notify=True)
    mailroom.newsroom.approved(parent=forged)
    mailroom.move(**DIGEST)
    assert _news(mailroom) == []


def test_what_came_before_the_button_was_pressed_is_told_after_it(mailroom: Mailroom) -> None:
    comment = mailroom.newsroom.approved(email=EMAIL, notify=True)
    mailroom.newsroom.approved(parent=comment, body="An early answer.")
    mailroom.move(**DIGEST)
    (question,) = mailroom.mails(EMAIL)
    mailroom.press(question.link("mail/confirm/"), answer="yes")
    (mail,) = _news(mailroom)
    assert "An early answer." in mail.text


def test_ones_own_replies_are_no_news(mailroom: Mailroom) -> None:
    comment = _asked(mailroom)
    mailroom.newsroom.approved(parent=comment, email=EMAIL)
    mailroom.move(**DIGEST)
    assert _news(mailroom) == []


def test_no_text_of_a_reader_is_a_link_or_a_header(mailroom: Mailroom) -> None:
    comment = _asked(mailroom, title="Evil.example/title")
    hostile = _reply(
        mailroom,
        comment,
        name="=?utf-8?q?x=0aBcc:z@evil.example?=",
        body="see https://evil.example/a [here](https://evil.example/b) www.evil.example evil.example a@evil.example",
    )
    mailroom.newsroom.decide(hostile, "approve")
    mailroom.move(**DIGEST)
    (mail,) = _news(mailroom)
    assert all(link.startswith((BASE, ORIGIN)) for link in LINK.findall(mail.text))
    assert "evil.example" not in mail.text.lower()
    assert mail.message["Bcc"] is None
    assert "evil" not in str(mail.message["From"]) + str(mail.message["To"]) + str(mail.message["Subject"])


def test_a_page_of_strangers_is_linked_to_on_our_side_alone(mailroom: Mailroom) -> None:
    comment, _ = mailroom.confirmed(EMAIL, notify=True, page="https://evil.example/phish")
    mailroom.newsroom.decide(comment, "approve")
    mailroom.move(**DIGEST)
    (mail,) = _news(mailroom)
    assert f"{BASE}/thread?site=" in mail.text
    assert all(link.startswith(BASE) for link in LINK.findall(mail.text))


def test_unsubscribing_stops_news_and_the_header_is_that_of_rfc_8058(mailroom: Mailroom) -> None:
    comment = _asked(mailroom)
    mailroom.newsroom.approved(parent=comment)
    mailroom.move(**DIGEST)
    (mail,) = _news(mailroom)
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = mail.message["List-Unsubscribe"].strip("<>")
    assert url.startswith(f"{BASE}/mail/stop/")
    assert mailroom.press(url.removeprefix(BASE), **{"List-Unsubscribe": "One-Click"}).status_code == 200
    mailroom.newsroom.approved(parent=comment)
    mailroom.move(**DIGEST)
    assert len(_news(mailroom)) == 1


def test_a_site_speaks_its_language(make_app: Any, mailroom: Mailroom) -> None:
    from tests.api.mailed import open_mailroom

    room = open_mailroom(make_app, mailroom.sink, mailroom.monkeypatch, language="ur", name="روزنامہ")
    comment, _ = room.confirmed("urdu@mail.example.org", notify=True)
    room.newsroom.decide(comment, "approve")
    room.move(**DIGEST)
    question, news = room.mails("urdu@mail.example.org")
    assert question.message["Content-Language"] == "ur"
    assert "روزنامہ" in str(question.message["Subject"])
    assert "شائع ہو گیا" in news.text
    page = room.newsroom.client.get(question.link("mail/confirm/"))
    assert 'dir="rtl"' in page.get_data(as_text=True)
