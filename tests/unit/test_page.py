"""However the address of a news page is written, its thread is one; different pages stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import TextProblem
from service.domain.page import STABLE_KEY_MAX, TRACKING_PARAMETERS, URL_MAX, canonical_page
from tests.corpora import payloads

TALKS = "https://news.example/2026/talks"


@pytest.mark.parametrize(
    "written",
    [
        TALKS,
        "HTTPS://News.EXAMPLE/2026/talks",
        "http://news.example/2026/talks",
        "http://news.example:80/2026/talks",
        "https://news.example:443/2026/talks",
        "http://news.example:443/2026/talks",
        "https://news.example./2026/talks",
        "https://news.example/2026/talks/",
        "https://news.example/2026/talks#comments",
        "https://news.example/2026/talks?",
        "https://news.example/2026/talks?utm_source=x&utm_medium=y&fbclid=1&GCLID=2",
        "https://news.example/2026/x/../%74alks/.",
        " https://news.example/2026/talks\n",
    ],
)
def test_spellings_of_one_page_are_one_thread(written: str) -> None:
    assert canonical_page(written).key == TALKS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://örnek.com/görüşme", "https://xn--rnek-4qa.com/g%c3%b6r%C3%BC%C5%9Fme"),
        ("https://news.example/?b=2&a=1", "https://news.example?a=1&b=2"),
        ("https://news.example/یہ\u200cہے", "https://news.example/%DB%8C%DB%81%E2%80%8C%DB%81%DB%92"),
        ("https://news.example/g\u0308", "https://news.example/g̈"),
        ("https://news.example/~ali", "https://news.example/%7eali"),
        ("https://[2001:db8:0::1]/a", "https://[2001:DB8::1]/a"),
    ],
)
def test_two_ways_to_write_one_page(one: str, other: str) -> None:
    assert canonical_page(one).key == canonical_page(other).key


@pytest.mark.parametrize(
    "other",
    [
        "https://news.example/2026/Talks",
        "https://news.example/2026/talks?id=2",
        "https://news.example:8443/2026/talks",
        "https://www.news.example/2026/talks",
        "https://news.example/2026/talks?ref=front",
        "https://news.example/2026%2Ftalks",
        "2026/talks",
    ],
)
def test_different_pages_are_different_threads(other: str) -> None:
    assert canonical_page(other).key != TALKS


def test_repeated_parameters_keep_their_order() -> None:
    assert canonical_page(TALKS + "?a=2&b=0&a=1").key == TALKS + "?a=2&a=1&b=0"


@pytest.mark.parametrize("name", sorted(TRACKING_PARAMETERS))
def test_tracking_does_not_make_a_page(name: str) -> None:
    page = canonical_page(f"{TALKS}?{name}=1&id=7")
    assert page.key == TALKS + "?id=7"
    assert page.url == TALKS + "?id=7"


def test_the_address_to_show_keeps_scheme_and_slash() -> None:
    page = canonical_page("HTTP://127.0.0.1:8000/demo/?b=1&a=2&utm_source=x#top")
    assert page.url == "http://127.0.0.1:8000/demo/?b=1&a=2"
    assert page.key == "https://127.0.0.1:8000/demo?a=2&b=1"


@pytest.mark.parametrize(
    "key", ["article-17", "urn:news:17", "Artikel: 17", "/2026/talks/", "post:17", "تقریر"]
)
def test_a_publisher_may_use_a_key_of_their_own(key: str) -> None:
    page = canonical_page(f" {key} ", page_hosts=("news.example",))
    assert (page.key, page.url) == (key, None)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "required"),
        ("\u200b", "required"),
        ("javascript:alert(1)", "invalid"),
        ("JavaScript\u200b:alert(1)", "invalid"),
        ("data:text/html,x", "invalid"),
        ("//news.example/talks", "invalid"),
        ("\\\\news.example\\talks", "invalid"),
        ("/\\news.example", "invalid"),
        ("ftp://news.example/talks", "invalid"),
        ("app://talks", "invalid"),
        ("http:news.example", "invalid"),
        ("https:///talks", "invalid"),
        ("https://reader@news.example/", "invalid"),
        ("https://news.example\\@other.example/", "invalid"),
        ("https://news.example/a b", "invalid"),
        ("https://news.example/\0", "forbidden_character"),
        ("k" * (STABLE_KEY_MAX + 1), "too_long"),
        ("https://news.example/" + "a" * URL_MAX, "too_long"),
        ("https://news.example/" + "ش" * 700, "too_long"),
    ],
)
def test_what_names_no_page_is_refused(written: str, code: str) -> None:
    with pytest.raises(TextProblem) as problem:
        canonical_page(written)
    assert problem.value.code == code


@pytest.mark.parametrize(
    "host", ["news.example", "NEWS.example.", "www.paper.example", "a.b.paper.example", "örnek.com"]
)
def test_pages_of_listed_hosts_are_taken(host: str) -> None:
    assert canonical_page(f"https://{host}/a", ("news.example", "*.paper.example", "xn--rnek-4qa.com")).url


@pytest.mark.parametrize(
    "host", ["other.example", "paper.example", "badpaper.example", "news.example.other.example"]
)
def test_pages_of_other_hosts_are_refused(host: str) -> None:
    with pytest.raises(TextProblem) as problem:
        canonical_page(f"https://{host}/a", ("news.example", "*.paper.example"))
    assert problem.value.code == "wrong_host"


def assert_stable(raw: str) -> None:
    try:
        page = canonical_page(raw)
    except TextProblem:
        return
    assert canonical_page(page.key).key == page.key
    if page.url is None:
        assert len(page.key) <= STABLE_KEY_MAX
    else:
        assert canonical_page(page.url) == page
        assert page.key.isascii()
        assert page.key.startswith("https://")
        assert len(page.key) <= URL_MAX


SCHEMES = ["http:", "https://", "//", "[::1]", "1.2.3.4", ":80", ":443", "@", "\\"]
PATHS = [
    "/",
    "..",
    ".",
    "?",
    "&",
    "=",
    "#",
    "%",
    "%2",
    "%2e",
    "%C3%BC",
    "%00",
    "a",
    "ü",
    "u\u0308",
    "utm_x",
    "'",
    "+",
]
PIECES = st.sampled_from(SCHEMES + PATHS)


@given(raw=st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60))
def test_a_key_names_itself(raw: str) -> None:
    assert_stable(raw)
    assert_stable("https://news.example/" + raw)


@pytest.mark.corpora
def test_every_hostile_address_is_a_page_or_refused() -> None:
    for payload in payloads("url", "open_redirect", "ssrf_url", "naughty_strings", "unicode_spoof", "xss"):
        assert_stable(payload)
