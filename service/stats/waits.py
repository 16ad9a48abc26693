"""How long decisions took, in buckets that keep every percentile true to 1 %.

The buckets grow by a constant factor, so that the middle of each is within 1 % of all it holds (DDSketch: Masson, Rim
and Lee 2019, section 2). Counts of buckets can be added and taken away, which exact percentiles cannot.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

ACCURACY: Final = 0.01
_GROWTH: Final = (1 + ACCURACY) / (1 - ACCURACY)
_LEAST_SECONDS: Final = 0.001
_AT_ONCE: Final = "at_once"


def bucket(seconds: float) -> str:
    """The name of the bucket; below a millisecond (clocks may differ by more) there is one for all."""
    if seconds < _LEAST_SECONDS:
        return _AT_ONCE
    return str(math.ceil(math.log(seconds, _GROWTH)))


def percentile(counts: Mapping[str, int], share: float) -> float | None:
    """The seconds within which this share was decided (nearest rank), or None when nothing was."""
    by_seconds = sorted((_seconds(name), count) for name, count in counts.items() if count)
    rank = math.ceil(share * sum(count for _, count in by_seconds))
    for seconds, count in by_seconds:
        rank -= count
        if rank <= 0:
            return seconds
    return None


def _seconds(name: str) -> float:
    return 0.0 if name == _AT_ONCE else 2 * _GROWTH ** int(name) / (_GROWTH + 1)
