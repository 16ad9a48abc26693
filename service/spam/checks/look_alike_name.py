"""A name under which somebody else writes here."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.verdict import Signal

SCORE = 0.5


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Scores a name that staff of this site write under, when this author is not known under it."""
    if not facts.same_name_other_author:
        return None
    return Signal("look_alike_name", 1, SCORE, "Somebody of the newsroom writes under this name.")
