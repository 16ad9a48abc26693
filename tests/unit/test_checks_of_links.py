"""The checks of what a comment links to, on each side of each of their thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.facts import Facts, KnownLinks
from service.spam import throwaways
from service.spam.addresses import addresses, imitated
from service.spam.checks import author_history, link_domains, links
from tests.unit.comments import FACTS, NEW, with_body

WORDS = "this is what I have read about it, and more of the kind "


def knowing(**known: object) -> Facts:
    return replace(FACTS, links=KnownLinks(**known))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "score"), [(0, None), (1, links.SCORE_ONE), (2, links.SCORE_ONE), (3, links.SCORE_MANY)]
)
def test_links_by_their_number(number: int, score: float | None) -> None:
    body = WORDS + " ".join(f"https://{n}.example" for n in range(number))
    found = links.check(with_body(body), FACTS)
    assert (found and found.score) == score
    assert found is None or found.span == (len(WORDS), len(WORDS) + 17)


@pytest.mark.parametrize(("letters", "score"), [(19, links.SCORE_LITTLE_ELSE), (20, links.SCORE_ONE)])
def test_links_and_hardly_anything_else(letters: int, score: float) -> None:
    found = links.check(with_body("x" * letters + " https://a.example/and/a/long/path/of/letters"), FACTS)
    assert found is not None
    assert found.score == score


@pytest.mark.parametrize(
    "known", [{"trusted": frozenset({"a.example"})}, {"own": ("a.example",)}, {"own": ("*.example",)}]
)
def test_links_to_the_newsroom_and_to_what_it_trusts_are_none(known: dict[str, object]) -> None:
    body = with_body(WORDS + "https://a.example/1")
    assert links.check(body, knowing(**known)) is None
    assert link_domains.check(body, knowing(new=frozenset({"a.example"}), **known)) is None
    assert author_history.check(body, knowing(**known)) is None


@pytest.mark.parametrize(("number", "fires"), [(5, False), (6, True)])
def test_very_many_links_are_many_wherever_they_lead(number: int, fires: bool) -> None:
    body = WORDS + " ".join(f"https://a.example/{n}" for n in range(number))
    assert (links.check(with_body(body), knowing(trusted=frozenset({"a.example"}))) is not None) is fires


def test_a_stranger_with_a_link_counts_a_little_and_somebody_known_does_not() -> None:
    linking = with_body(WORDS + "https://a.example")
    found = author_history.check(linking, FACTS)
    assert found is not None
    assert found.score == author_history.SCORE_FIRST
    assert author_history.check(NEW, FACTS) is None
    for known in ({"author_approved": 1}, {"author_known": True}, {"author_confirmed": True}):
        assert author_history.check(linking, replace(FACTS, **known)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "score"),
    [
        ("see https://known.example", None),
        ("see known.com", None),
        ("see https://new.example", link_domains.SCORE_NEW),
        ("see new.com/offer", link_domains.SCORE_NEW),
        ("see https://bit.ly/x", link_domains.SCORE_SHORTENER),
        ("see bit.ly/x", link_domains.SCORE_SHORTENER),
        ("see https://evil.bit.ly.known.example/x", None),
        ("see https://shop.tk/x", link_domains.SCORE_THROWAWAY),
        ("see https://mailinator.com/x", link_domains.SCORE_THROWAWAY),
        ("see https://a.mailinator.com/x", link_domains.SCORE_THROWAWAY),
        ("see https://mailinator.example/x", None),
        ("see https://аррӏе.com/login", link_domains.SCORE_IMITATION),
        ("see https://xn--80ak6aa92e.com/login", link_domains.SCORE_IMITATION),
        ("see https://g00gle.com", link_domains.SCORE_IMITATION),
        ("see https://rnedium.com", link_domains.SCORE_IMITATION),
        ("see https://news-paper.examp1e", link_domains.SCORE_IMITATION),
        ("see https://google.com and https://www.google.com.tr", None),
        ("see https://müzik.com and https://пример.рф and https://çiçek.com.tr", None),
        ("آپ یہاں دیکھیں https://مثال.پاکستان", None),
    ],
)
def test_domains_by_what_is_known_of_them(body: str, score: float | None) -> None:
    facts = knowing(new=frozenset({"new.example", "new.com"}), own=("news-paper.example",))
    found = link_domains.check(with_body(body), facts)
    assert (found and found.score) == score
    if found is not None:
        assert found.span is not None
        assert "." in body[found.span[0] : found.span[1]]


def test_the_website_of_the_author_is_looked_at_too() -> None:
    found = link_domains.check(replace(NEW, website="https://bit.ly/me"), FACTS)
    assert found is not None
    assert (found.score, found.span) == (link_domains.SCORE_SHORTENER, None)


def test_addresses_are_found_with_and_without_a_scheme_each_once_and_at_most_twenty() -> None:
    body = "Look: shop.com, www.shop.com and [here](https://shop.com/x). End.Then a@mail.com"
    assert [address.host for address in addresses(body, "")] == ["shop.com"]
    assert len(addresses(" ".join(f"a{n}.com" for n in range(50)), "")) == 20


def test_what_is_imitated_is_named() -> None:
    assert imitated("g00gle.com", ()) == "google.com"
    assert imitated("tirnes.example", ("times.example",)) == "times.example"
    assert imitated("times.example", ("times.example",)) == ""
    assert imitated("sub.times.example", ("*.times.example",)) == ""


def test_throw_away_emails_are_found_by_their_domain_and_those_above() -> None:
    assert throwaways.is_disposable("mailinator.com")
    assert throwaways.is_disposable("box.mailinator.com")
    assert not throwaways.is_disposable("mail.example.org")
    assert not throwaways.is_disposable("")
