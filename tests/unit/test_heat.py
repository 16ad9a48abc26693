"""When a page boils over, on each side of each threshold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.controls import PageControls, is_past
from service.domain.heat import Boiling, Heat, boils, usual_pace

NOW = datetime(2026, 3, 7, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("heat", "why"),
    [
        (Heat(30, 0, 6.0, 0.0), Boiling.PACE),
        (Heat(29, 0, 0.0, 0.0), None),
        (Heat(30, 0, 6.1, 0.0), None),
        (Heat(20, 10, 20.0, 0.1), Boiling.RISK),
        (Heat(18, 9, 20.0, 0.1), None),
        (Heat(21, 10, 20.0, 0.1), None),
        (Heat(20, 12, 20.0, 0.19), Boiling.RISK),
        (Heat(20, 12, 20.0, 0.21), None),
        (Heat(0, 0, 0.0, 0.0), None),
    ],
)
def test_a_page_boils_far_above_what_is_usual(heat: Heat, why: Boiling | None) -> None:
    assert boils(heat) is why


def test_the_degree_is_the_pace_up_to_doubled_by_risk() -> None:
    assert Heat(20, 0, 10.0, 0.0).degree == 2.0
    assert Heat(20, 20, 10.0, 0.0).degree == 4.0
    assert Heat(3, 0, 0.1, 0.0).degree == 3.0
    assert Heat(0, 0, 5.0, 0.0).degree == 0.0


def test_usual_is_the_pages_own_pace_or_the_sites_busy_one() -> None:
    assert usual_pace(2.0, []) == 2.0
    assert usual_pace(2.0, [1.0] * 9 + [50.0]) == 2.0
    assert usual_pace(2.0, [1.0] * 8 + [40.0, 50.0]) == 40.0
    assert usual_pace(2.0, [7.0]) == 7.0


@pytest.mark.parametrize(("ago", "wait"), [(0, 60), (59, 1), (59.5, 1), (60, 0), (100, 0)])
def test_how_long_a_slow_page_makes_wait(ago: float, wait: int) -> None:
    assert PageControls(slow_seconds=60, last_here=NOW - timedelta(seconds=ago)).wait_seconds(NOW) == wait


def test_a_page_that_is_not_slow_and_a_new_sender_wait_for_nothing() -> None:
    assert PageControls(last_here=NOW).wait_seconds(NOW) == 0
    assert PageControls(slow_seconds=60).wait_seconds(NOW) == 0


@pytest.mark.parametrize(("days", "past"), [(None, False), (7, True), (8, False)])
def test_a_page_is_past_on_the_day(days: int | None, past: bool) -> None:
    assert is_past(NOW - timedelta(days=7), days, NOW) is past
