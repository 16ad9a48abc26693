"""Shouting."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.letters import number
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

CASED_MIN = 20
SHARE_MIN = 0.8
SCORE = 0.5


def check(new: NewComment, _facts: Facts) -> Signal | None:
    """Scores a body mostly in capitals; scripts without case never count."""
    upper = number(new.body, str.isupper)
    cased = upper + number(new.body, str.islower)
    if cased < CASED_MIN or upper / cased < SHARE_MIN:
        return None
    return signal("capitals", 1, SCORE, Message("signal.capitals", {"percent": round(100 * upper / cased)}))
