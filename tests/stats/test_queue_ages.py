"""The age of the queue at full hours, against the same queue kept as a plain list."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta

from service.clock import hour_of
from service.stats.queue_ages import ages, waiting
from service.storage.rollups import left, waits

START = datetime(2026, 3, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_ages_are_those_of_what_waited_to_five_minutes() -> None:
    chance = random.Random(7)
    stays: list[tuple[datetime, datetime | None]] = []
    for _ in range(400):
        came = START + timedelta(seconds=chance.randrange(20 * 3600))
        gone = came + timedelta(seconds=chance.choice([30, 900, 5_000, 40_000]))
        stays.append((came, None if chance.random() < 0.2 else gone))
    cells = [waits(came, came) if gone is None else left(came, came, gone) for came, gone in stays]
    moments = [START + number * HOUR for number in range(1, 30)]
    told = ages((waiting(cell, 1) for cell in cells if cell), moments, [0.5, 0.95])
    for moment, found in zip(moments, told, strict=True):
        exact = sorted(
            (moment - came).total_seconds()
            for came, gone in stays
            if came < moment and (gone is None or gone >= moment)
        )
        for share, age in zip((0.5, 0.95), found, strict=True):
            assert age is not None
            assert abs(age - exact[math.ceil(share * len(exact)) - 1]) <= 150


def test_an_empty_queue_has_no_age() -> None:
    cell = waits(START, START)
    assert ages([waiting(cell, 2)], [START, START + HOUR], [1.0]) == [[None], [3600 - 150]]
    assert ages([], [START], [0.5]) == [[None]]


def test_who_came_and_went_between_two_full_hours_was_seen_by_nobody() -> None:
    came = START + timedelta(minutes=10)
    assert left(came, came, came + timedelta(minutes=49)) is None
    cell = left(came, came, came + timedelta(minutes=50))
    assert cell is not None
    assert waiting(cell, 1).first == waiting(cell, 1).last == hour_of(came) + HOUR
