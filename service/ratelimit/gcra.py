"""The generic cell rate algorithm (ITU-T I.371) on whole microseconds: the arithmetic of all counters.

Of each key one number is kept: when the last of the uses taken so far will have come back (the algorithm's
"theoretical arrival time"). gcra.lua is the same in Redis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.ratelimit.policies import Effect, Limit


@dataclass(frozen=True)
class Reading:
    """What counting found, per limit: when all uses are back, and how long to wait (0 when not exceeded)."""

    now_us: int
    full_at_us: tuple[int, ...]
    wait_us: tuple[int, ...]


def take(limits: Sequence[Limit], full_at_us: Sequence[int | None], now_us: int) -> Reading:
    """One use of each limit, or of none where one that refuses is exceeded; one that holds stays as it is."""
    before = [_standing(limit, full_at, now_us) for limit, full_at in zip(limits, full_at_us, strict=True)]
    waits = [
        max(0, full_at + limit.interval_us - limit.tolerance_us - now_us)
        for limit, full_at in zip(limits, before, strict=True)
    ]
    refused = any(wait and limit.effect is Effect.REFUSE for limit, wait in zip(limits, waits, strict=True))
    after = [
        full_at if refused or wait else full_at + limit.interval_us
        for limit, full_at, wait in zip(limits, before, waits, strict=True)
    ]
    return Reading(now_us, tuple(after), tuple(waits))


def _standing(limit: Limit, full_at_us: int | None, now_us: int) -> int:
    # More than a period ahead it was written before the clock was set back, and would lock people out.
    if full_at_us is None or full_at_us > now_us + limit.tolerance_us:
        return now_us
    return max(full_at_us, now_us)
