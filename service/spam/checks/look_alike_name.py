"""A name that looks like somebody else's: the desk's, or that of an author whom readers know."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts, Likeness
from service.domain.verdict import Signal

SCORES = {Likeness.STAFF: 0.7, Likeness.AUTHOR: 0.5}
_WORDS = {
    Likeness.STAFF: "The name looks like that of the newsroom or of one of its people.",
    Likeness.AUTHOR: "The name is written otherwise than that of another author of this site, and looks the same.",
}


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Scores the likeness; who only has the same name as another reader is not meant."""
    if facts.name_like is None:
        return None
    return Signal("look_alike_name", 1, SCORES[facts.name_like], _WORDS[facts.name_like])
