"""A field that people do not see, and programs fill in."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

NAME = "honeypot"
SCORE = 0.95


def check(new: NewComment, facts: Facts) -> Signal | None:
    """Holds under every policy, and also when an earlier text of the comment came with the field filled in."""
    if new.honeypot_filled:
        return signal(NAME, 1, SCORE, Message("signal.honeypot.now"))
    if NAME in facts.met_before:
        return signal(NAME, 1, SCORE, Message("signal.honeypot.earlier"))
    return None
