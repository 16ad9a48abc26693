"""A website is an absolute http(s) address that every browser reads alike, or it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import TextProblem
from service.domain.url import parse_url
from service.domain.website import WEBSITE_MAX, clean_website
from tests.corpora import payloads


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://Example.COM", "https://example.com"),
        (" HTTP://example.com/A?b=C#d ", "http://example.com/A?b=C#d"),
        ("https://örnek.com/sayfa", "https://xn--rnek-4qa.com/sayfa"),
        ("https://example.com:443/x", "https://example.com/x"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("https://[2001:DB8::0:1]/", "https://[2001:db8::1]/"),
        ('https://example.com/"<b>', "https://example.com/%22%3Cb%3E"),
        ("https://example.com./", "https://example.com/"),
    ],
)
def test_an_address_is_kept_in_its_normal_form(typed: str, kept: str) -> None:
    assert clean_website(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "example.com",
        "www.example.com/me",
        "//example.com",
        "http:example.com",
        "https:/example.com",
        "https:\\\\example.com",
        "https://",
        "https:///path",
        "https://user@example.com",
        "https://user:word@example.com",
        "https://example.com\\@other.example",
        "https://exa mple.com",
        "https://example.com/a b",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://999.1.1.1/",
        "https://[::1%25eth0]/",
        "https://example.com:99999/",
        "https://-a.example/",
        "https://a..example/",
        "https://xn--a-ecp.ru/",
        "https://" + "a" * 64 + ".example/",
    ],
)
def test_anything_else_is_refused_with_advice(typed: str) -> None:
    with pytest.raises(TextProblem) as problem:
        clean_website(typed)
    assert problem.value.code == "invalid"
    assert "https://" in problem.value.message


@pytest.mark.parametrize("space", [" ", "\t", "\n", "\u00a0", "\u2003", "\u3000", "\x85"])
def test_an_address_with_any_kind_of_white_space_is_no_address(space: str) -> None:
    with pytest.raises(TextProblem):
        parse_url(f"https://a.example/{space}b")


def test_an_address_may_have_500_characters() -> None:
    address = "https://example.com/"
    longest = address + "a" * (WEBSITE_MAX - len(address))
    assert clean_website(longest) == longest
    for too_long in (longest + "a", address + "<" * 300):
        with pytest.raises(TextProblem) as problem:
            clean_website(too_long)
        assert problem.value.code == "too_long"


@given(
    raw=st.text(max_size=60).map("https://a.example/".__add__) | st.text(max_size=60).map("http://".__add__)
)
def test_a_kept_address_is_kept_again_as_it_is(raw: str) -> None:
    try:
        kept = clean_website(raw)
    except TextProblem:
        return
    assert clean_website(kept) == kept


@pytest.mark.corpora
def test_hostile_addresses_are_normal_or_refused() -> None:
    for payload in payloads("url", "open_redirect", "ssrf_url", "xss", "naughty_strings"):
        try:
            kept = clean_website(payload)
        except TextProblem:
            continue
        authority = kept.split("/")[2]
        assert kept.startswith(("http://", "https://"))
        assert authority.isascii()
        assert authority == authority.lower()
        assert not set(authority) & set("@\\ ")
