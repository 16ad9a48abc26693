"""Percentiles from buckets: near enough, additive, and defined at the edges."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from service.stats.waits import ACCURACY, bucket, percentile


@pytest.mark.parametrize("seed", range(20))
def test_percentiles_are_within_one_percent(seed: int) -> None:
    chance = random.Random(seed)
    seconds = sorted(10 ** chance.uniform(-2.5, 7) for _ in range(chance.randrange(1, 400)))
    counts = Counter(map(bucket, seconds))
    for share in (0.01, 0.5, 0.95, 1.0):
        exact = seconds[math.ceil(share * len(seconds)) - 1]
        assert percentile(counts, share) == pytest.approx(exact, rel=ACCURACY * 1.0001)


def test_what_took_no_time_took_no_time() -> None:
    assert percentile({bucket(0.0): 1, bucket(-3.0): 1}, 0.95) == 0.0
    assert bucket(0.0005) == bucket(-3.0)


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile({}, 0.5) is None
    assert percentile({"12": 0}, 0.5) is None


def test_buckets_that_were_taken_away_again_do_not_count() -> None:
    counts = Counter(map(bucket, [10, 100, 1_000]))
    counts.subtract([bucket(1_000)])
    assert percentile(counts, 1.0) == pytest.approx(100, rel=ACCURACY)
