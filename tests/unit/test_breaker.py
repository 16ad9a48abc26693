"""What is usual on a site, and what trips its breaker: on both sides of each threshold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.breaker import CEILING_MAX, CEILING_MIN, HOLDS, Breaker, ceiling_of

NOW = datetime(2026, 3, 7, 9, 30, tzinfo=UTC)
BREAKER = Breaker("demo")


@pytest.mark.parametrize(
    ("hourly", "hours", "ceiling"),
    [
        ([], 1, CEILING_MIN),
        ([], 672, CEILING_MIN),
        ([60] * 672, 672, CEILING_MIN),  # 5 in five minutes: four times that is what a quiet site may have
        ([61] * 672, 672, 21),
        ([600] * 672, 672, 200),
        ([6_000_000] * 672, 672, CEILING_MAX),
        (
            [6_000] * 33 + [60] * 639,
            672,
            CEILING_MIN,
        ),  # a day and a half of raids in four weeks teaches nothing
        ([6_000] * 35 + [60] * 637, 672, CEILING_MAX),  # a twentieth of the time is the usual
        ([600] * 40, 672, 200),  # hours with nothing count
        ([600] * 33, 672, CEILING_MIN),
        ([600], 1, 200),
    ],
)
def test_the_usual(hourly: list[int], hours: int, ceiling: int) -> None:
    assert ceiling_of(hourly, hours) == ceiling


def test_more_than_the_ceiling_trips_it() -> None:
    assert not BREAKER.trips(CEILING_MIN, NOW)
    assert BREAKER.trips(CEILING_MIN + 1, NOW)
    assert not replace(BREAKER, ceiling=50).trips(50, NOW)


def test_it_is_tripped_until_its_end() -> None:
    tripped = replace(BREAKER, tripped_at=NOW, until=NOW + HOLDS)
    assert tripped.is_tripped(NOW + HOLDS - timedelta(seconds=1))
    assert not tripped.is_tripped(NOW + HOLDS)
    assert not BREAKER.is_tripped(NOW)


def test_it_stays_tripped_while_too_many_come() -> None:
    tripped = replace(BREAKER, until=NOW + HOLDS)
    assert not tripped.trips(1_000, NOW + HOLDS / 2)
    assert tripped.trips(1_000, NOW + HOLDS / 2 + timedelta(seconds=1))
    assert not tripped.trips(3, NOW + HOLDS - timedelta(seconds=1))


def test_reset_by_hand_it_is_quiet() -> None:
    quiet = replace(BREAKER, quiet_until=NOW + timedelta(minutes=1))
    assert not quiet.trips(1_000, NOW)
    assert quiet.trips(1_000, NOW + timedelta(minutes=1))
