"""How much came lately from one author, one address, and to one page."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

# Comments of the last ten minutes before this one; the second step scores more.
AUTHOR_FROM, AUTHOR_MUCH = 5, 10
ADDRESS_FROM, ADDRESS_MUCH = 8, 20  # a household or an office shares an address
PAGE_FROM = 60  # readers of a breaking story are many: this alone never holds

SCORE = 0.3
SCORE_MUCH = 0.6
SCORE_PAGE = 0.15


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Scores the fastest of the three."""
    pace = facts.pace
    found = (
        (_score(pace.author, AUTHOR_FROM, AUTHOR_MUCH), "signal.velocity.author", pace.author),
        (_score(pace.address, ADDRESS_FROM, ADDRESS_MUCH), "signal.velocity.address", pace.address),
        (SCORE_PAGE if pace.page >= PAGE_FROM else 0.0, "signal.velocity.page", pace.page),
    )
    score, key, count = max(found, key=lambda one: one[0])
    return signal("velocity", 1, score, Message(key, {"count": count})) if score else None


def _score(number: int, some: int, much: int) -> float:
    return SCORE_MUCH if number >= much else SCORE if number >= some else 0.0
