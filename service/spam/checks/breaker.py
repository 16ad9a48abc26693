"""Holds what is posted while the site's breaker is tripped, unless its sender proved work."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """A signal without weight of its own: it says why the comment waits, not that it is bad."""
    if not facts.breaker_tripped:
        return None
    return signal("breaker", 1, 0.0, Message("signal.breaker"))
