"""Holds what is posted on a page that the desk, or its heat, set to be read before it is published."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """A signal without weight of its own: it says why the comment waits, not that it is bad."""
    if not facts.page_held:
        return None
    return signal("page_hold", 1, 0.0, Message("signal.page_hold"))
