"""What was looked up lately and need not be looked up again for each request."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

ENTRIES_MAX = 1_000


class Remembered(Generic[K, T]):
    """The answers of the last `seconds` by what was asked, in this process; the longest unasked go first."""

    def __init__(self, seconds: float, entries_max: int = ENTRIES_MAX) -> None:
        self._seconds = seconds
        self._entries_max = entries_max
        self._kept: OrderedDict[K, tuple[float, T]] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: K, look: Callable[[], T]) -> T:
        """The answer, looked up when there is none or it is too old. Raises what `look` raises, and keeps nothing."""
        kept = self._kept.get(key)
        now = time.monotonic()
        if kept is not None and now - kept[0] < self._seconds:
            return kept[1]
        found = look()
        with self._guard:
            self._kept[key] = (now, found)
            self._kept.move_to_end(key)
            if len(self._kept) > self._entries_max:
                self._kept.popitem(last=False)
        return found

    def forget(self) -> None:
        """Looks everything up anew, after it was changed in this process."""
        with self._guard:
            self._kept.clear()
