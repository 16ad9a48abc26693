"""How old the queue was: what waited at the end of each hour, told from counters by when texts came and were decided.

Between two full hours nothing is known of the queue; at each it is known exactly, ages to five minutes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Final

from service.storage.rollups import SLOT_MINUTES, WAITS, Cell

HOUR: Final = timedelta(hours=1)
_MIDDLE_OF_SLOT: Final = timedelta(minutes=SLOT_MINUTES) / 2


@dataclass(frozen=True)
class Waiting:
    """So many whose text came at `text_at` and that waited at every full hour from `first` to `last`, or until now."""

    text_at: datetime
    first: datetime
    last: datetime | None
    count: int


def waiting(cell: Cell, count: int) -> Waiting:
    """What a counter of one of the two kinds says."""
    before, after = map(int, cell.key.split("|"))
    if cell.kind == WAITS:
        text_at = cell.hour + timedelta(minutes=before)
        return Waiting(text_at, cell.hour + (after + 1) * HOUR, None, count)
    text_at = cell.hour - timedelta(minutes=before)
    return Waiting(text_at, cell.hour - (after - 1) * HOUR, cell.hour, count)


def ages(
    found: Iterable[Waiting], moments: Sequence[datetime], shares: Sequence[float]
) -> list[list[float | None]]:
    """For each of these full hours, in their order: the seconds that this share of what waited was old at most."""
    coming = sorted(found, key=lambda one: one.first, reverse=True)
    queue = _Queue(sorted({one.text_at for one in coming}))
    leaving: list[tuple[datetime, datetime, int]] = []
    told = []
    for moment in moments:
        while coming and coming[-1].first <= moment:
            one = coming.pop()
            queue.add(one.text_at, one.count)
            if one.last is not None:
                heappush(leaving, (one.last, one.text_at, one.count))
        while leaving and leaving[0][0] < moment:
            _, text_at, count = heappop(leaving)
            queue.add(text_at, -count)
        told.append([_age(queue.youngest(share), moment) for share in shares])
    return told


def _age(text_at: datetime | None, moment: datetime) -> float | None:
    return None if text_at is None else (moment - text_at - _MIDDLE_OF_SLOT).total_seconds()


class _Queue:
    """How many wait, by when their text came: a tree of sums (Fenwick 1994), so that any rank is found in log n."""

    def __init__(self, times: Sequence[datetime]) -> None:
        self._times = times
        self._place = {time: number for number, time in enumerate(times, start=1)}
        self._sums = [0] * (len(times) + 1)
        self._total = 0

    def add(self, text_at: datetime, count: int) -> None:
        self._total += count
        place = self._place[text_at]
        while place < len(self._sums):
            self._sums[place] += count
            place += place & -place

    def youngest(self, share: float) -> datetime | None:
        """When the text came than which this share of all is not older (nearest rank); None when nothing waits."""
        if self._total <= 0:
            return None
        rank = self._total - math.ceil(share * self._total) + 1
        place, step = 0, 1 << len(self._times).bit_length()
        while step:
            if place + step < len(self._sums) and self._sums[place + step] < rank:
                place += step
                rank -= self._sums[place]
            step >>= 1
        return self._times[place]
