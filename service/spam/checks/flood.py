"""Holds what is posted while its page or site is flooded, unless work was proven: readers go on, nothing slips by."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """A signal without weight of its own: it says why the comment waits, not that it is bad."""
    if not facts.site_flooded:
        return None
    return signal("flood", 1, 0.0, Message("signal.flood"))
