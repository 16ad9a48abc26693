"""Mails as bytes: no text makes a header, no user text makes a link."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from service.domain.errors import TextProblem
from service.domain.mail import EXCERPT_MAX, excerpt, unlinked
from service.notify import letter as letters
from service.notify.letter import COMMON, UNSUBSCRIBE, Letter, NotAsWritten, post

AT = datetime(2026, 3, 7, 9, 30, tzinfo=UTC)


def _letter(**changes: object) -> Letter:
    made: dict[str, object] = {
        "id": "019",
        "sender": "comments@news.example",
        "recipient": "ayse@mail.example",
        "subject": "Haber: İstanbul'da bir gün",
        "text": "Merhaba\n",
        "language": "tr",
        "at": AT,
        **changes,
    }
    return Letter(**made)  # type: ignore[arg-type]


def test_a_letter_has_exactly_the_headers_it_should() -> None:
    parsed = message_from_bytes(post(_letter()).raw, policy=policy.default)
    assert sorted(parsed) == sorted(COMMON)
    assert parsed["Subject"] == "Haber: İstanbul'da bir gün"
    assert parsed["Message-ID"] == "<019@news.example>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed.get_content().splitlines() == ["Merhaba"]


def test_one_click_unsubscribing_is_as_rfc_8058_wants_it() -> None:
    parsed = message_from_bytes(
        post(_letter(unsubscribe="https://c.example/mail/stop/x")).raw, policy=policy.default
    )
    assert sorted(parsed) == sorted(COMMON | UNSUBSCRIBE)
    assert parsed["List-Unsubscribe"] == "<https://c.example/mail/stop/x>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "hostile",
    [
        "News\r\nBcc: all@mail.example",
        "News\nBcc: all@mail.example",
        "=?utf-8?q?News=0aBcc:all@mail.example?=",
        "=?utf-8?q?a?=\r\n =?utf-8?q?=0d=0aBcc:x@mail.example?=",
        "News\x0bBcc: x\u2028Bcc: y\x85Bcc: z",
        "x" * 3000,
    ],
)
def test_no_subject_makes_another_header(hostile: str) -> None:
    raw = post(_letter(subject=hostile)).raw
    parsed = message_from_bytes(raw, policy=policy.default)
    assert sorted(parsed) == sorted(COMMON)
    assert b"\nbcc:" not in raw.lower()


@pytest.mark.parametrize(
    "recipient", ["a@x.example\r\nBcc: b@x.example", "a@x.example, b@x.example", "a b@x.example"]
)
def test_what_is_not_one_address_is_not_written_to(recipient: str) -> None:
    with pytest.raises(TextProblem):
        post(_letter(recipient=recipient))


def test_a_mail_whose_headers_are_not_those_given_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "COMMON", COMMON - {"Subject"})
    with pytest.raises(NotAsWritten):
        post(_letter())


def test_addresses_in_other_scripts_are_written_as_servers_know_them() -> None:
    posted = post(_letter(recipient="ayse@müller.example"))
    assert (posted.recipient, posted.international) == ("ayse@xn--mller-kva.example", False)
    posted = post(_letter(recipient="ayşe@mail.example"))
    assert (posted.recipient, posted.international) == ("ayşe@mail.example", True)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("see https://evil.example/x now", "see […] now"),
        ("www.evil.example or HTTP://EVIL.EXAMPLE", "[…] or […]"),
        ("mailto:a@b.example", "mailto:a @ b. example"),
        ("evil.example and evil。example", "evil. example and evil。 example"),
        ("write to me@mail.example", "write to me @ mail. example"),
        ("3.5 percent. Then\nmore", "3. 5 percent. Then more"),
    ],
)
def test_no_words_become_a_link(text: str, harmless: str) -> None:
    assert unlinked(text) == harmless


def test_an_excerpt_ends_at_a_word() -> None:
    assert excerpt("word " * 100) == ("word " * 56).strip() + "…"
    assert len(excerpt("x" * 1000)) == EXCERPT_MAX + 1
    assert excerpt("short") == "short"
