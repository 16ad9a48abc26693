"""Counts in this process's memory: where there is no Redis, and while there is none."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

from service.ratelimit.gcra import Reading, take
from service.ratelimit.policies import Limit

#: About 10 MB. Beyond it the keys longest unused are forgotten, and with them what they had used up.
KEYS_MAX: Final = 50_000


def microseconds() -> int:
    """A clock that never goes back."""
    return time.monotonic_ns() // 1000


class MemoryCounters:
    """The counters of one process, for many threads."""

    def __init__(self, clock: Callable[[], int] = microseconds, keys_max: int = KEYS_MAX) -> None:
        self._clock = clock
        self._keys_max = keys_max
        self._full_at_us: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._full_at_us)

    def take(self, limits: Sequence[Limit], keys: Sequence[str]) -> Reading:
        """One use of each limit or of none, at once."""
        with self._lock:
            reading = take(limits, [self._full_at_us.get(key) for key in keys], self._clock())
            for key, full_at_us in zip(keys, reading.full_at_us, strict=True):
                self._full_at_us[key] = full_at_us
                self._full_at_us.move_to_end(key)
            self._forget(reading.now_us)
        return reading

    def _forget(self, now_us: int) -> None:
        # The longest unused first: those that are full again, and those that no longer fit.
        while self._full_at_us:
            oldest = next(iter(self._full_at_us))
            if self._full_at_us[oldest] > now_us and len(self._full_at_us) <= self._keys_max:
                return
            del self._full_at_us[oldest]
