"""How many links a comment carries."""

from __future__ import annotations

from service.domain import markup
from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.verdict import Signal

MANY = 3
SCORE_ONE = 0.3
SCORE_MANY = 0.8


def check(new: NewComment, _facts: Facts) -> Signal | None:
    """Scores links in the body; the span is the first one."""
    found = markup.links(new.body)
    if not found:
        return None
    score = SCORE_MANY if len(found) >= MANY else SCORE_ONE
    start = new.body.find(found[0])
    span = (start, start + len(found[0])) if start >= 0 else None
    return Signal("links", 1, score, f"The text carries {len(found)} link(s).", span)
