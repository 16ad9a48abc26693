"""How long the form had been open when it was sent."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

SECONDS_MIN = 3.0
SCORE = 0.5


def check(new: NewComment, _facts: Facts) -> Signal | None:
    """Scores a form sent faster than anybody types; a negative age comes of clocks that differ, and says nothing."""
    age = new.form_seconds
    if age is None or not 0 <= age < SECONDS_MIN:
        return None
    return signal("form_age", 1, SCORE, Message("signal.form_age", {"seconds": round(age, 1)}))
