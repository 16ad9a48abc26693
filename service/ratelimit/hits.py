"""Remembers how often each limit refused, and work was asked for, until the statistics take it into the database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

#: The name, beside those of the limits, under which it is counted that work was asked for.
CHALLENGE_ASKED: Final = "challenge-asked"


@dataclass(frozen=True)
class HourOfLimit:
    """One limit of one site in the hour that begins at `hour` (aware UTC)."""

    site: str
    limit: str
    hour: datetime


class HitCounter:
    """Refusals by site, limit and hour, for many threads."""

    def __init__(self) -> None:
        self._refused: Counter[HourOfLimit] = Counter()
        self._lock = Lock()

    def add(self, site: str, limit: str, now: datetime) -> None:
        """One more refusal."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        with self._lock:
            self._refused[HourOfLimit(site, limit, hour)] += 1

    def drain(self) -> dict[HourOfLimit, int]:
        """Everything counted since the last call, which is then forgotten."""
        with self._lock:
            drained, self._refused = self._refused, Counter()
        return dict(drained)

    def give_back(self, drained: dict[HourOfLimit, int]) -> None:
        """Counts again what could not be stored."""
        with self._lock:
            self._refused.update(drained)
