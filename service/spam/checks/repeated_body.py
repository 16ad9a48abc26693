"""The same text again."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

LETTERS_MIN = 25  # short texts ("Thank you!") repeat among honest readers
SCORE_ONCE = 0.5
SCORE_OFTEN = 0.9
OFTEN = 3


def check(new: NewComment, facts: Facts) -> Signal | None:
    """Scores how often the same folded text was posted on this site within a day."""
    if facts.same_body_lately == 0 or sum(c.isalpha() for c in new.body) < LETTERS_MIN:
        return None
    score = SCORE_OFTEN if facts.same_body_lately >= OFTEN else SCORE_ONCE
    return signal(
        "repeated_body", 1, score, Message("signal.repeated_body", {"count": facts.same_body_lately})
    )
