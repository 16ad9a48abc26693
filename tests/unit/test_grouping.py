"""Which comments belong together: each side of each threshold, and texts made to cost time."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.domain.campaign import Bond, Kin, Neighbour
from service.domain.status import Status
from service.spam import similarity
from service.spam.grouping import Signs, kin_of, signs_of
from service.spam.in_common import shared_phrases
from tests.backing.cost import PLAIN, times_the_cost

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SKETCH = bytes(range(128))
SIGNS = Signs(SKETCH, ("pills.example",), "source")
TIMES_PLAIN_MAX = 100  # one ligature that folds to eighteen letters costs 27 times as much
MEASURED = Path(__file__).resolve().parents[3] / "shared" / "spam" / "dev"


def sharing(numbers: int) -> bytes:
    """A sketch that has so many of its 64 numbers in common with SKETCH."""
    return SKETCH[: numbers * 2] + b"\xff" * (128 - numbers * 2)


def neighbour(number: int, shares: Bond = Bond.TEXT, **changes: Any) -> Neighbour:
    values: dict[str, Any] = {
        "id": f"{number:032x}",
        "shares": shares,
        "domain": "pills.example" if shares is Bond.LINK else "",
        "campaign": None,
        "bond": None,
        "author": f"author {number}",
        "status": Status.PENDING,
        "sketch": None,
        "sent_at": NOW - SECOND,
    }
    return Neighbour(**(values | changes))


def enough(neighbours: list[Neighbour], author: str = "") -> Bond | None:
    kin = kin_of(SIGNS, author, neighbours, NOW)
    return kin.bond if kin and kin.enough else None


@pytest.mark.parametrize(("numbers", "bond"), [(26, Bond.TEXT), (25, None)])
def test_texts_are_alike_from_four_tenths_on(numbers: int, bond: Bond | None) -> None:
    assert enough([neighbour(at, sketch=sharing(numbers)) for at in (1, 2)]) is bond


@pytest.mark.parametrize(("numbers", "bond"), [(16, Bond.TEXT), (15, None)])
def test_with_another_common_sign_a_quarter_is_alike(numbers: int, bond: Bond | None) -> None:
    like = [neighbour(at, sketch=sharing(numbers)) for at in (1, 2)]
    linking = [neighbour(at, Bond.LINK, sketch=sharing(numbers), author="one") for at in (1, 2)]
    assert enough(like) is None
    assert enough([*like, *linking], author="one") is bond


@pytest.mark.parametrize(("number", "bond"), [(2, Bond.TEXT), (1, None)])
def test_three_make_a_campaign(number: int, bond: Bond | None) -> None:
    assert enough([neighbour(at, sketch=SKETCH) for at in range(number)]) is bond


@pytest.mark.parametrize(("late", "bond"), [(timedelta(), Bond.TEXT), (SECOND, None)])
def test_texts_are_compared_for_a_week(late: timedelta, bond: Bond | None) -> None:
    before = NOW - timedelta(days=7) - late
    assert enough([neighbour(at, sketch=SKETCH, sent_at=before) for at in (1, 2)]) is bond


@pytest.mark.parametrize(("authors", "bond"), [("ab", Bond.LINK), ("aa", None), ("ay", None)])
def test_a_link_domain_needs_three_authors(authors: str, bond: Bond | None) -> None:
    linking = [neighbour(at, Bond.LINK, author=author) for at, author in enumerate(authors)]
    assert enough(linking, author="y") is bond


@pytest.mark.parametrize(("late", "bond"), [(timedelta(), Bond.LINK), (SECOND, None)])
def test_a_link_domain_binds_for_a_day(late: timedelta, bond: Bond | None) -> None:
    before = NOW - timedelta(days=1) - late
    assert enough([neighbour(at, Bond.LINK, sent_at=before) for at in (1, 2)]) is bond


@pytest.mark.parametrize(
    ("status", "age", "bond"),
    [
        (Status.APPROVED, timedelta(days=1), None),
        (Status.APPROVED, timedelta(days=1) - SECOND, Bond.LINK),
        (Status.PENDING, timedelta(days=9), Bond.LINK),
        (Status.SPAM, timedelta(days=9), Bond.LINK),
    ],
)
def test_a_comment_that_stayed_public_vouches_for_its_domain(
    status: Status, age: timedelta, bond: Bond | None
) -> None:
    old = neighbour(9, Bond.LINK, status=status, sent_at=NOW - age)
    assert enough([*(neighbour(at, Bond.LINK) for at in (1, 2)), old]) is bond


@pytest.mark.parametrize(("others", "bond"), [(3, Bond.SOURCE), (2, None)])
def test_a_source_needs_four_authors(others: int, bond: Bond | None) -> None:
    assert enough([neighbour(at, Bond.SOURCE) for at in range(others)]) is bond


@pytest.mark.parametrize(("late", "bond"), [(timedelta(), Bond.SOURCE), (SECOND, None)])
def test_a_source_binds_for_an_hour(late: timedelta, bond: Bond | None) -> None:
    before = NOW - timedelta(hours=1) - late
    assert enough([neighbour(at, Bond.SOURCE, sent_at=before) for at in range(3)]) is bond


def test_who_shares_a_source_with_a_campaign_of_texts_is_not_of_it() -> None:
    spam = [neighbour(at, Bond.SOURCE, campaign="c", bond=Bond.TEXT) for at in range(5)]
    assert enough(spam) is None


def test_what_was_deleted_binds_nothing() -> None:
    assert enough([neighbour(at, sketch=SKETCH, status=Status.DELETED) for at in range(5)]) is None


def test_the_oldest_campaign_is_joined_and_the_loose_come_along() -> None:
    like = [
        neighbour(1, sketch=SKETCH, campaign="younger", bond=Bond.TEXT),
        neighbour(2, sketch=SKETCH, campaign="elder", bond=Bond.TEXT),
        neighbour(3, sketch=SKETCH, campaign="weak", bond=Bond.SOURCE),
        neighbour(4, sketch=SKETCH),
    ]
    assert kin_of(SIGNS, "", like, NOW) == Kin(Bond.TEXT, "elder", (f"{3:032x}", f"{4:032x}"), True)


def test_links_home_and_to_where_everybody_links_are_no_signs() -> None:
    body = "https://m.youtube.com/a https://www.news.example/b https://sub.news.example/c https://notyoutube.com/d"
    found = signs_of(body, "https://author.example", "", ["*.news.example"])
    assert found.domains == ("author.example", "notyoutube.com")


def test_a_small_change_leaves_texts_alike_and_others_are_not() -> None:
    one = similarity.sketch(
        "I made five thousand dollars trading with Mrs Olivia, contact her on WhatsApp today"
    )
    two = similarity.sketch(
        "I MADE 9,000 D.O.L.L.A.R.S five thousand trading with Mrs Sophia contact her on whatsapp"
    )
    other = similarity.sketch(
        "The council decided on Tuesday to close the old bridge for eleven months of repairs"
    )
    assert one
    assert two
    assert other
    assert similarity.alike(one, two) > 0.5
    assert similarity.alike(one, other) < 0.1


def test_the_estimate_is_that_of_the_shingles() -> None:
    """Over many pairs the error has no direction, and its spread is that of 64 numbers."""
    chance = random.Random(1)
    errors = []
    for _ in range(150):
        words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(60)]
        cut = chance.randrange(60)
        one, other = " ".join(words), " ".join([*words[:cut], *(word[::-1] for word in words[cut:])])
        sets = [{t[at : at + 5] for at in range(len(t) - 4)} for t in map(similarity.letters, (one, other))]
        truth = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
        sketches = [similarity.sketch(text) for text in (one, other)]
        assert sketches[0]
        assert sketches[1]
        errors.append(similarity.alike(sketches[0], sketches[1]) - truth)
    assert abs(sum(errors) / len(errors)) < 0.015
    assert (sum(error * error for error in errors) / len(errors)) ** 0.5 < 0.07


@pytest.mark.parametrize(
    "body",
    [
        "ﷺ" * 5_000,
        "a" * 5_000,
        "https://" * 600,
        "😀" * 5_000,
        "> " * 2_500,
        ">a\n" * 1_600,
        "x" + "\u0301" * 4_999,
    ],
    ids=["ligature", "one letter", "addresses", "emoji", "quotes", "quoted lines", "marks"],
)
def test_no_text_takes_long(body: str) -> None:
    cost = times_the_cost(lambda: similarity.sketch(body), lambda: similarity.sketch(PLAIN))
    assert cost < TIMES_PLAIN_MAX


def test_words_that_most_texts_share_are_found() -> None:
    bodies = [
        f"Hello {name}, contact Mrs Olivia on WhatsApp for {name} profit" for name in ("a", "b", "c", "d")
    ]
    assert shared_phrases(bodies) == ["contact mrs olivia on whatsapp for"]
    assert shared_phrases(["one thing", "quite another", "and a third"]) == []
    assert shared_phrases(["alone alone alone"]) == []


@pytest.mark.corpora
@pytest.mark.parametrize(
    ("name", "copies"), [("news_ham_civil_cc0", 7), ("news_ham_ucc_val_NC_measure_only", 0), ("youtube4", 0)]
)
def test_honest_comments_are_grouped_only_where_they_are_copies(name: str, copies: int) -> None:
    """As if all were sent to one site within a week: stricter than any week of a newsroom of that size."""
    grouped = _grouped(_texts(name, "ham"))
    assert len(grouped) == copies
    assert len({similarity.letters(body) for body in grouped}) <= copies // 3


@pytest.mark.corpora
def test_near_duplicates_among_spam_are_grouped() -> None:
    spam = _texts("youtube4", "spam")
    found = _grouped(spam)
    assert len(found) >= 40
    assert len({similarity.letters(body) for body in found}) > len(found) // 2


def _texts(name: str, label: str) -> list[str]:
    path = MEASURED / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")
    with path.open(encoding="utf-8", newline="") as file:
        texts = [row["content"][:5_000] for row in csv.DictReader(file) if row["label"] == label]
    assert len(texts) > 500, "the labels are others than expected"
    return texts


def _grouped(bodies: list[str]) -> list[str]:
    """Those that a campaign would hold, arriving one after the other and found by the newest five of a sign."""
    arrived: dict[int, list[int]] = defaultdict(list)
    sketches: dict[int, bytes] = {}
    inside: set[int] = set()
    for at, body in enumerate(bodies):
        signs = signs_of(body, "", "", ())
        keys = [key for key, (bond, _) in signs.keys.items() if bond is Bond.TEXT]
        near = {other for key in keys for other in arrived[key][-5:]}
        like = [neighbour(other, sketch=sketches[other], **_membership(other in inside)) for other in near]
        kin = kin_of(signs, "", like, NOW)
        if kin and kin.enough:
            inside |= {at, *(int(other, 16) for other in kin.others)}
        if signs.sketch:
            sketches[at] = signs.sketch
        for key in keys:
            arrived[key].append(at)
    return [bodies[at] for at in sorted(inside)]


def _membership(inside: bool) -> dict[str, Any]:
    return {"campaign": "one", "bond": Bond.TEXT} if inside else {}
