"""How fast and how risky a page's comments come, against what is usual; and when a page has to be held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

#: What is looked at: the comments of the last ten minutes.
WINDOW: Final = timedelta(minutes=10)
#: What is usual is measured over this long before.
USUAL_OVER: Final = timedelta(hours=24)
#: A score from here on is risky: the filter would hold it.
RISKY_FROM: Final = 0.5
#: Held for its pace: at least so many comments, and so many times the usual.
PACE_MIN: Final = 30
PACE_TIMES: Final = 5.0
#: Held for its risk: at least so many risky ones, and such a share of all, and so many times the usual share.
RISKY_MIN: Final = 10
RISKY_SHARE: Final = 0.5
RISKY_TIMES: Final = 3.0
#: After somebody let a page go on, it is not held again by itself for so long.
LEFT_ALONE: Final = timedelta(hours=1)


class Boiling(StrEnum):
    """Why a page was held by itself."""

    PACE = "pace"
    RISK = "risk"


@dataclass(frozen=True)
class Heat:
    """A page in the window: comments received, how many of them risky; and what is usual in as long a time.

    `usual` is the pace of this page before, or that of the site's busy pages where it is higher; `usual_share` the
    share of risky ones on the whole site.
    """

    received: int
    risky: int
    usual: float
    usual_share: float

    @property
    def times(self) -> float:
        """How many times the usual; fewer than one comment in a window is as good as one."""
        return self.received / max(self.usual, 1.0)

    @property
    def share(self) -> float:
        """The share of risky comments."""
        return self.risky / self.received if self.received else 0.0

    @property
    def degree(self) -> float:
        """What pages are listed by: how many times the usual pace, up to doubled by the share that is risky."""
        return self.times * (1.0 + self.share)


def boils(heat: Heat) -> Boiling | None:
    """Whether the page has to be held, and why: it is far above what is usual, and not only in small numbers."""
    if heat.received >= PACE_MIN and heat.times >= PACE_TIMES:
        return Boiling.PACE
    if heat.risky >= RISKY_MIN and heat.share >= RISKY_SHARE and heat.share >= RISKY_TIMES * heat.usual_share:
        return Boiling.RISK
    return None


def usual_pace(own_before: float, cells: list[float]) -> float:
    """The page's own mean pace before, or the ninetieth percentile (nearest rank) of the site's busy times.

    `cells` are the paces of all pages in all parts of the time before, in comments per window.
    """
    if not cells:
        return own_before
    ranked = sorted(cells)
    return max(own_before, ranked[max(-(-9 * len(ranked) // 10) - 1, 0)])
