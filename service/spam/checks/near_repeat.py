"""Nearly the same text again, before there are enough of them for a campaign."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

SCORE = 0.4


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Scores a text that reads much like another of the last days; the very same one is `repeated_body`'s."""
    if not facts.alike_lately or facts.campaign is not None or facts.same_body_lately:
        return None
    return signal("near_repeat", 1, SCORE, Message("signal.near_repeat"))
