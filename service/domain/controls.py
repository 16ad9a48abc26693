"""What the desk may set on a page: closed, slow, held; and what that means for a comment that comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

SLOW_SECONDS_MAX: Final = 3600
CLOSE_DAYS_MAX: Final = 3650
#: The name under which refusals in slow mode are counted beside those of the rate limits.
SLOW_MODE: Final = "slow-mode"


class SetBy(StrEnum):
    """Who closed or held a page: nobody, somebody at the desk, its age, or its heat."""

    NOBODY = ""
    DESK = "desk"
    AGE = "age"
    HEAT = "heat"


@dataclass(frozen=True)
class PageControls:
    """How a page stands for somebody who sends a comment; `last_here` is when they last did, while it is slow."""

    open: bool = True
    held: bool = False
    slow_seconds: int = 0
    last_here: datetime | None = None

    def wait_seconds(self, now: datetime) -> int:
        """How long the sender has to wait yet; 0 when they need not."""
        if not self.slow_seconds or self.last_here is None:
            return 0
        return max(0, ceil(self.slow_seconds - (now - self.last_here).total_seconds()))


def is_past(created_at: datetime, close_after_days: int | None, now: datetime) -> bool:
    """Whether a page is older than its site takes comments."""
    return close_after_days is not None and now >= created_at + timedelta(days=close_after_days)
