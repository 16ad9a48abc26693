"""Shares and their intervals: published values, equal weights, and a population whose truth is known."""

from __future__ import annotations

import random

import pytest

from service.domain.shares import REVIEWED_MIN, Interval, Reviewed, mean, share, wilson

ROUNDS = 1_000


@pytest.mark.parametrize(
    ("hits", "number", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3 (score without correction)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(hits: int, number: int, low: float, high: float) -> None:
    assert wilson(hits, number) == pytest.approx((low, high), abs=5e-5)


def test_wilsons_interval_stays_a_share() -> None:
    for number in (1, 7, 30, 10_000):
        assert wilson(0, number)[0] == pytest.approx(0.0, abs=1e-12)
        assert wilson(number, number)[1] == pytest.approx(1.0, abs=1e-12)
        low, high = wilson(number, number)
        assert 0.0 <= low <= high <= 1.0


@pytest.mark.parametrize("probability", [1.0, 0.05])
def test_with_equal_weights_it_is_the_plain_share_with_wilsons_interval(probability: float) -> None:
    found = share(Reviewed({probability: 45}), Reviewed({probability: 15}))
    assert found.value == pytest.approx(0.75)
    assert found.interval == pytest.approx(wilson(45, 60))
    assert found.reviewed == 60


def test_below_thirty_nothing_is_told() -> None:
    few = share(Reviewed({1.0: REVIEWED_MIN - 1}), Reviewed({}))
    assert (few.value, few.interval, few.too_few) == (None, None, True)
    enough = share(Reviewed({1.0: REVIEWED_MIN}), Reviewed({}))
    assert (enough.value, enough.too_few) == (1.0, False)
    assert enough.interval is not None
    assert enough.interval[0] < 0.9


def test_nothing_is_told_of_nothing_and_of_what_nobody_can_know() -> None:
    assert share(Reviewed({}), Reviewed({}), rests_on=100).value is None
    assert share(Reviewed({1.0: 50}), Reviewed({1.0: 50}), knowable=False).value is None


def test_each_counts_by_the_inverse_of_its_probability() -> None:
    found = share(Reviewed({1.0: 900}), Reviewed({0.05: 5}))
    assert found.value == pytest.approx(0.9)
    assert found.interval is not None
    assert found.interval[1] - found.interval[0] > 0.1  # five were found: that is not much to go by


def test_none_found_in_a_sample_is_not_none_at_all() -> None:
    certain = share(Reviewed({1.0: 300}), Reviewed({}, least=1.0)).interval
    sampled = share(Reviewed({1.0: 300}), Reviewed({}, least=0.05)).interval
    assert certain == pytest.approx(wilson(300, 300))
    assert sampled is not None
    # 1 in 20 was looked at: up to 3.84 could have been missed there, each standing for 20
    assert sampled[0] == pytest.approx(300 / (300 + 20 * 3.8415), abs=1e-4)


def drawn(chance: random.Random, number: int, probability: float) -> int:
    return sum(chance.random() < probability for _ in range(number))


#: By probability of review: how many there truly are that the filter caught, and that slipped through.
POPULATIONS: tuple[tuple[dict[float, int], dict[float, int]], ...] = (
    ({1.0: 400}, {0.05: 100}),
    ({1.0: 90}, {0.05: 400}),
    ({1.0: 500}, {0.05: 20}),
    ({0.05: 1_200, 1.0: 150}, {0.05: 300}),  # most of what is caught is refused without a look, too
    ({0.05: 1_500, 1.0: 40}, {1.0: 10, 0.05: 120}),
    ({1.0: 3_000}, {0.05: 700}),
)


def test_intervals_cover_a_known_truth_19_times_in_20() -> None:
    shares = [_covered(*population) for population in POPULATIONS]
    # Wilson's interval dips to 0.92 where about one is found (Brown, Cai and DasGupta 2001, figure 5)
    assert min(shares) >= 0.915
    assert sum(shares) / len(shares) >= 0.945


def _covered(caught: dict[float, int], slipped: dict[float, int]) -> float:
    """How often the interval holds the true share when reviewers are drawn again and again."""
    chance = random.Random(str((caught, slipped)))
    truth = sum(caught.values()) / (sum(caught.values()) + sum(slipped.values()))
    found = [
        share(
            *(
                Reviewed({p: drawn(chance, number, p) for p, number in side.items()}, least=min(side))
                for side in (caught, slipped)
            )
        )
        for _ in range(ROUNDS)
    ]
    values = [one.value for one in found if one.value is not None]
    assert sum(values) / ROUNDS == pytest.approx(truth, abs=0.02)
    return sum(one.interval is not None and _within(truth, one.interval) for one in found) / ROUNDS


def _within(truth: float, interval: Interval) -> bool:
    return interval[0] <= truth <= interval[1]


def test_the_mean_covers_the_truth_19_times_in_20() -> None:
    chance = random.Random(4)
    errors = {
        1.0: [chance.random() ** 3 for _ in range(300)],
        0.05: [chance.random() ** 2 for _ in range(3_000)],
    }
    everything = [error for part in errors.values() for error in part]
    truth = sum(everything) / len(everything)
    covered = 0
    for _ in range(400):
        parts = []
        for probability, part in errors.items():
            seen = [error for error in part if chance.random() < probability]
            parts.append((probability, len(seen), sum(seen), sum(error * error for error in seen)))
        found = mean(parts)
        assert found is not None
        covered += _within(truth, found[1])
    assert covered / 400 >= 0.93


def test_there_is_no_mean_of_nothing() -> None:
    assert mean([(1.0, 0, 0.0, 0.0)]) is None
