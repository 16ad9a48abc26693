"""What the pipeline found and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from service.domain.message import Message
from service.domain.status import Status

Span = tuple[int, int]


@dataclass(frozen=True)
class Signal:
    """What one check found.

    `score` is evidence of spam in [0, 1]; `span` is start and end in the body, in code points. `reason` is English;
    `messages` say the same in any language, and are missing of signals that were stored before there were any.
    """

    check: str
    version: int
    score: float
    reason: str
    span: Span | None = None
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The status that a new or edited comment gets, with all evidence kept."""

    status: Status
    score: float
    signals: tuple[Signal, ...]


def combined_score(signals: Iterable[Signal]) -> float:
    """Evidence of independent signals taken together, in [0, 1]: the noisy-or, 1 - Π(1 - score)."""
    return 1.0 - prod(1.0 - signal.score for signal in signals)
