"""What becomes of a verdict, and which of the filter's own decisions people look at: a share of them, by lot."""

from __future__ import annotations

from dataclasses import dataclass
from random import SystemRandom

from service.domain.status import Status

_chance = SystemRandom()


@dataclass(frozen=True)
class Fate:
    """What a text gets, and with which `probability` people were to look at it.

    `sampled`: they are to, because it waits or was drawn. `due`: it is public already, and was drawn.
    """

    status: Status
    probability: float
    sampled: bool
    due: bool = False


def lot() -> float:
    """A number in [0, 1) that nobody can foresee."""
    return _chance.random()


def fate(status: Status, share: float, drawn: float) -> Fate:
    """What a text with this verdict gets, when `share` of automatic decisions goes to review and the lot was `drawn`.

    What was drawn of the published is public and due for review; what was drawn of the rejected waits instead.
    """
    if status is Status.PENDING:
        return Fate(status, 1.0, sampled=True)
    sampled = drawn < share
    if status is Status.SPAM:
        return Fate(Status.PENDING if sampled else status, share, sampled)
    return Fate(status, share, sampled, due=sampled)
