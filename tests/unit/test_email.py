"""An address is taken exactly when email-validator takes it."""

import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email

from service.domain.email import EmailAddress, parse_email
from service.domain.errors import TextProblem
from tests.corpora import payloads


def verdict(raw: str) -> bool:
    try:
        parse_email(raw)
    except TextProblem:
        return False
    return True


def library_verdict(raw: str) -> bool:
    try:
        validate_email(raw, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return False
    return True


@pytest.mark.parametrize(
    ("typed", "normalized", "domain"),
    [
        ("reader@example.com", "reader@example.com", "example.com"),
        ("First.Last+news@Example.COM", "First.Last+news@example.com", "example.com"),
        ("ali@xn--rnek-4qa.com", "ali@örnek.com", "örnek.com"),
        ("ayşe@örnek.com", "ayşe@örnek.com", "örnek.com"),
        ("قاری@مثال.پاکستان", "قاری@مثال.پاکستان", "مثال.پاکستان"),
    ],
)
def test_addresses_of_all_scripts_are_taken(typed: str, normalized: str, domain: str) -> None:
    address = parse_email(typed)
    assert (address.normalized, address.domain) == (normalized, domain)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        ("reader", "invalid"),
        ("reader@example", "invalid"),
        ("Reader <reader@example.com>", "invalid"),
        ('"a reader"@example.com', "invalid"),
        ("reader@[192.0.2.1]", "invalid"),
        ("reader@example.test", "invalid"),
        ("reader@example.com, other@example.com", "invalid"),
        (" reader@example.com", "invalid"),
        ("reader@example.com\nBcc: other@example.com", "forbidden_character"),
        ("rea\0der@example.com", "forbidden_character"),
        ("rea\ud800der@example.com", "forbidden_character"),
        ("r" * 65 + "@example.com", "invalid"),
        ("r" * 600 + "@example.com", "too_long"),
    ],
)
def test_what_is_not_one_plain_address_is_refused(typed: str, code: str) -> None:
    with pytest.raises(TextProblem) as problem:
        parse_email(typed)
    assert problem.value.code == code
    assert typed == "" or typed not in problem.value.message


def test_one_reader_is_found_under_every_spelling_of_the_address() -> None:
    spellings = ("Ayşe@Example.com", "ays\u0327e@example.com", "AYŞE@EXAMPLE.COM")
    assert len({parse_email(spelling).index_form for spelling in spellings}) == 1


def test_an_address_does_not_show_itself_in_a_traceback() -> None:
    assert "reader" not in repr(parse_email("reader@example.com"))
    assert "reader" not in f"{EmailAddress('reader@example.com', 'reader@example.com', 'example.com')}"


@pytest.mark.corpora
def test_the_verdict_is_that_of_email_validator() -> None:
    addresses = payloads("email")
    assert [raw for raw in addresses if verdict(raw) != library_verdict(raw)] == []
    accepted = [raw for raw in addresses if verdict(raw)]
    assert 20 < len(accepted) < len(addresses)
    for raw in accepted:
        kept = parse_email(raw)
        text = kept.normalized + kept.index_form + kept.domain
        assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zs"} for char in text)
        assert not set(text) & set('<>,;:"()[]\\')
        assert parse_email(kept.normalized) == kept
