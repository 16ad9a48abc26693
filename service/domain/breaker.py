"""A site's breaker: when suspicious comments leave their usual band, what comes in waits or proves work for a while."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

#: Suspicious comments are counted over the last so much time.
WINDOW: Final = timedelta(minutes=5)
#: How long it stays tripped after the last time there were too many.
HOLDS: Final = timedelta(minutes=15)
#: After it was reset by hand it does not trip by itself for so long.
QUIET: Final = timedelta(minutes=30)
#: So many in the window are never too many: a small site's usual is about nothing.
CEILING_MIN: Final = 20
#: More than this is not counted, and too many for any site.
CEILING_MAX: Final = 2_000
#: Times the usual of a busy hour.
BAND: Final = 4
BUSY: Final = 0.95
LEARNS_FROM: Final = timedelta(days=28)


@dataclass(frozen=True)
class Breaker:
    """A site's breaker as it stands: tripped until `until`; not by itself before `quiet_until`.

    `suspicious` comments came in within the window when it tripped, `ceiling` are allowed. `by` is who tripped it,
    as the audit log says it.
    """

    site: str
    ceiling: int = CEILING_MIN
    tripped_at: datetime | None = None
    until: datetime | None = None
    quiet_until: datetime | None = None
    suspicious: int = 0
    by: str = ""

    def is_tripped(self, now: datetime) -> bool:
        return self.until is not None and now < self.until

    def trips(self, suspicious: int, now: datetime) -> bool:
        """Whether that many in the window trip it now, or keep it tripped for longer."""
        if suspicious <= self.ceiling or (self.quiet_until is not None and now < self.quiet_until):
            return False
        return self.until is None or self.until - now < HOLDS / 2


def ceiling_of(hourly: Collection[int], hours: int) -> int:
    """How many suspicious comments in the window are still usual: four times those of a busy hour.

    `hourly` are the counts of the hours that had any, among `hours`. Busy is the hour that only one in twenty
    exceeds, so that a raid of a day does not make raids usual.
    """
    rank = ceil(BUSY * max(hours, len(hourly), 1))
    counts = [0] * (max(hours, 1) - len(hourly)) + sorted(hourly)
    busy = counts[min(rank, len(counts)) - 1]
    return min(max(CEILING_MIN, ceil(BAND * busy * (WINDOW / timedelta(hours=1)))), CEILING_MAX)
