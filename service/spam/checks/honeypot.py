"""A field that people do not see, and programs fill in."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.verdict import Signal

NAME = "honeypot"
SCORE = 0.95


def check(new: NewComment, facts: Facts) -> Signal | None:
    """Holds under every policy, and also when an earlier text of the comment came with the field filled in."""
    if new.honeypot_filled:
        return Signal(NAME, 1, SCORE, "A field of the form that people do not see was filled in.")
    if NAME in facts.met_before:
        return Signal(NAME, 1, SCORE, "An earlier text of this comment came with a hidden field filled in.")
    return None
