"""The figures about filter and checks, from counters; what nobody could review makes them unknown."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from service.stats.counting import NANO
from service.stats.quality import KINDS, checks_view, filter_view


def sums(**given: dict[str, int]) -> dict[str, Counter[str]]:
    return {kind.value: Counter(given.get(kind.name.lower(), {})) for kind in KINDS}


FILTER = {
    "1|refused|held": 40,
    "1|fine|held": 10,
    "1|refused|passed": 20,
    "1|fine|passed": 130,
    "1|none|held": 9,
}


def figures(found: dict[str, Any]) -> list[float | None]:
    return [found[name] for name in ("precision", "recall", "false_positive_rate")]


def test_the_figures_are_shares_of_what_was_decided() -> None:
    found = filter_view(sums(filter=FILTER))
    assert figures(found) == pytest.approx([40 / 50, 40 / 60, 10 / 140], abs=1e-6)
    assert (found["decided"], found["unseen"], found["too_few"]) == (200, 0, False)
    assert found["intervals"]["precision"] == pytest.approx([0.6696, 0.8876], abs=5e-5)  # 40 of 50


def test_what_slipped_through_counts_by_the_chance_to_be_found() -> None:
    found = filter_view(sums(filter={**FILTER, "1|refused|passed": 0, "0.05|refused|passed": 2}))
    assert figures(found) == pytest.approx([40 / 50, 40 / 80, 10 / 140], abs=1e-6)
    low, high = found["intervals"]["recall"]
    assert low < 0.35
    assert high > 0.7


def test_nothing_found_in_a_sample_leaves_room_for_what_it_missed() -> None:
    passed = {"0.05|refused|passed": 0, "0.05|fine|passed": 60, "0.05|none|passed": 1}
    held = {"1|refused|held": 40, "1|fine|held": 10}
    sampled = filter_view(sums(filter=held | passed))["intervals"]["recall"]
    all_seen = filter_view(sums(filter=held | {"1|fine|passed": 60}))["intervals"]["recall"]
    assert sampled[0] < 0.4 < 0.9 < all_seen[0]


@pytest.mark.parametrize(
    ("unseen", "known"),
    [
        ({"unseen|none|passed": 1}, [True, False, False]),  # among what passed there may be anything
        ({"unseen|refused|passed": 1}, [True, False, False]),
        ({"unseen|none|held": 1}, [False, False, False]),  # publish_all publishes what the filter holds, too
        ({"left_out|none|passed": 1}, [True, True, True]),  # others were drawn for it
    ],
)
def test_what_nobody_could_review_makes_figures_unknown(unseen: dict[str, int], known: list[bool]) -> None:
    found = filter_view(sums(filter=FILTER | unseen))
    assert [value is not None for value in figures(found)] == known
    assert found["unseen"] == ("left_out" not in next(iter(unseen)))
    assert [found["intervals"][name] is not None for name in ("precision", "recall")] == known[:2]


def test_below_thirty_reviewed_there_are_no_figures() -> None:
    found = filter_view(sums(filter={"1|refused|held": 15, "1|fine|passed": 14}))
    assert (figures(found), found["brier"], found["too_few"]) == ([None] * 3, None, True)
    enough = filter_view(sums(filter={"1|refused|held": 15, "1|fine|passed": 15}))
    assert (figures(enough), enough["too_few"]) == ([1.0, 1.0, 0.0], False)


def test_without_anything_held_there_is_no_precision() -> None:
    assert figures(filter_view(sums(filter={"1|refused|passed": 5, "1|fine|passed": 45}))) == [None, 0.0, 0.0]


def test_the_brier_score_is_the_weighted_mean_of_the_errors() -> None:
    brier = {"1|1": 20 * NANO, "1|2": 4 * NANO, "0.5|1": 10 * NANO, "0.5|2": 3 * NANO}
    counted = {"1|refused|held": 100, "0.5|fine|passed": 50}
    found = filter_view(sums(filter=counted, brier=brier))
    assert found["brier"] == pytest.approx((20 + 2 * 10) / (100 + 2 * 50))
    assert found["intervals"]["brier"][0] < found["brier"] < found["intervals"]["brier"][1]
    assert filter_view(sums(filter=counted | {"unseen|none|passed": 1}, brier=brier))["brier"] is None


def test_each_tenth_has_its_share_and_its_mean_score() -> None:
    bins = {
        "1|refused|8": 30,
        "1|fine|8": 10,
        "0.5|fine|8": 10,
        "1|refused|9": 29,
        "1|fine|2": 40,
        "unseen|none|2": 1,
    }
    scores = {"1|8": 34 * NANO, "0.5|8": 8 * NANO}
    lines = filter_view(sums(filter=FILTER, bin=bins, score=scores))["calibration"]
    assert [(line["from"], line["to"]) for line in lines][:2] == [(0.0, 0.1), (0.1, 0.2)]
    eighth, ninth, second = lines[8], lines[9], lines[2]
    assert (eighth["n"], eighth["share"]) == (50, 0.5)
    assert eighth["mean_score"] == pytest.approx((34 + 16) / 60, abs=1e-6)
    assert (ninth["n"], ninth["share"], ninth["too_few"]) == (29, None, True)
    assert (second["n"], second["share"], second["too_few"]) == (40, None, False)  # but somebody is missing


def test_checks_are_shown_with_what_became_of_them() -> None:
    check = {
        "1|refused|links": 30,
        "1|fine|links": 10,
        "1|none|links": 5,
        "1|refused|capitals": 70,
        "unseen|none|capitals": 1,
        "unseen|refused|capitals": 2,
        "left_out|fine|links": 3,
    }
    lines = {line["check"]: line for line in checks_view(sums(check=check))}
    members = ("fired", "confirmed", "overturned", "precision", "too_few")
    assert [lines["links"][name] for name in members] == [48, 30, 13, 0.75, False]
    assert [lines["capitals"][name] for name in members] == [73, 72, 0, None, False]
    assert [lines["flood"][name] for name in members] == [0, 0, 0, None, True]
    assert list(lines)[:2] == ["capitals", "links"]
