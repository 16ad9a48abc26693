"""Compares the index that finds parts of texts with the comments, and mends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import and_, literal, select
from sqlalchemy.orm import undefer

from service.storage.batches import batches
from service.storage.database import lock_rows
from service.storage.models import Comment, SearchDue
from service.storage.search_index import LENGTH, forget, grams, held, take_in
from service.storage.session import Session

_AT_ONCE: Final = 1_000
MISSING: Final = "is not in it"
OTHER: Final = "is another text in it"
GONE: Final = "is in it, and no comment"


def found(session: Session, site: str) -> Iterator[tuple[str, str]]:
    """Each id of which the index does not hold what it should, and what is wrong.

    What waits to be taken in is no difference: it counts as found until then.
    """
    kept = held(session, site)
    as_held: Any = grams if lock_rows(session) else str
    for key, folded, holds in _texts(session, site, kept):
        if holds is None and len(folded) >= LENGTH:
            yield key, MISSING
        elif holds is not None and holds != as_held(folded):
            yield key, OTHER
    mine = select(Comment.id).where(Comment.site == site, Comment.id == kept.c.id)
    for key in session.scalars(select(kept.c.id).where(~mine.exists())):
        yield key, GONE


def _texts(session: Session, site: str, kept: Any) -> Iterator[Any]:
    """Each comment that does not wait: its id, its text, and what the index holds of it, or None."""
    is_due = and_(SearchDue.site == Comment.site, SearchDue.id == Comment.id)
    texts = (
        select(Comment.id, Comment.search_text, kept.c.holds)
        .outerjoin(kept, kept.c.id == Comment.id)
        .where(Comment.site == site, ~select(literal(1)).where(is_due).exists())
        .order_by(Comment.id)
        .limit(_AT_ONCE)
    )
    last = ""
    while some := session.execute(texts.where(Comment.id > last)).all():
        yield from some
        last = some[-1].id


def lines(session: Session, site: str) -> Iterator[str]:
    """The same in words: `search index 0190…: is not in it`."""
    for key, wrong in found(session, site):
        yield f"search index {key}: {wrong}"


def mend(session: Session, site: str) -> int:
    """Takes out and in again what is wrong; returns how many comments that were."""
    wrong = [key for key, _ in found(session, site)]
    forget(session, site, wrong)
    for batch in batches(wrong):
        comments = session.scalars(
            select(Comment)
            .where(Comment.site == site, Comment.id.in_(batch))
            .options(undefer(Comment.search_text))
        )
        take_in(session, [(site, comment.id, comment.search_text) for comment in comments])
    return len(wrong)
