"""Holds what is posted while its page or site is flooded, unless work was proven: readers go on, nothing slips by."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.verdict import Signal


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """A signal without weight of its own: it says why the comment waits, not that it is bad."""
    if not facts.site_flooded:
        return None
    return Signal("flood", 1, 0.0, "Its page or site received unusually many comments when this was posted.")
