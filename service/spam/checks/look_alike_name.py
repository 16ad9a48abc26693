"""A name that looks like somebody else's: the desk's, or that of an author whom readers know."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts, Likeness
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

SCORES = {Likeness.STAFF: 0.7, Likeness.AUTHOR: 0.5}
_SAID = {
    Likeness.STAFF: Message("signal.look_alike_name.staff"),
    Likeness.AUTHOR: Message("signal.look_alike_name.author"),
}


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Scores the likeness; who only has the same name as another reader is not meant."""
    if facts.name_like is None:
        return None
    return signal("look_alike_name", 1, SCORES[facts.name_like], _SAID[facts.name_like])
