"""When a sender is asked for work before a comment goes its usual way, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

#: What a client sends as `challenge` that can solve one, and has none yet.
CAN_SOLVE: Final = "ask"
SUSPICIOUS_FROM: Final = 0.5
VERY_SUSPICIOUS_FROM: Final = 0.9


class Level(IntEnum):
    """How much work; `privacy.challenges` says what that is in hashes."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True)
class Pressure:
    """What speaks for asking: `score` is the evidence of spam, `flooded` says that more came in than a limit of the
    page or the site lets through unseen, `tripped` that the site's breaker is.
    """

    score: float = 0.0
    flooded: bool = False
    tripped: bool = False

    @property
    def level(self) -> Level | None:
        """The work that is asked for; None when nothing speaks for it."""
        signs = (
            self.flooded,
            self.tripped,
            self.score >= SUSPICIOUS_FROM,
            self.score >= VERY_SUSPICIOUS_FROM,
        )
        return Level(min(sum(signs), Level.HIGH)) if any(signs) else None


@dataclass(frozen=True)
class Binding:
    """What a challenge is good for: a site and the keyed hash of a page. One that was handed out in answer to a
    comment is good for that comment alone: `comment` is the keyed hash of who says what in it, else empty.
    """

    site: str
    page: str
    comment: str = ""
