"""Holds what is posted while a site is being flooded: readers can go on, and nothing slips through unseen."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.verdict import Signal


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """A signal without weight of its own: it says why the comment waits, not that it is bad."""
    if not facts.site_flooded:
        return None
    return Signal("flood", 1, 0.0, "The site received unusually many comments when this was posted.")
