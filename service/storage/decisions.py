"""Decisions as records: what undo refers to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from service.storage.models import Comment, DecisionRecord, Event
from service.storage.session import Session

__all__ = ["DecisionRecord", "add", "close", "forget_notes", "lock"]


def add(session: Session, record: DecisionRecord) -> None:
    """Stores a decision in the transaction of what it changes."""
    session.add(record)


def lock(session: Session, decision_id: str, sites: Sequence[str] | None) -> Sequence[DecisionRecord]:
    """The decision's records, one a site, of these sites only (None: of all), locked in the order of sites."""
    query = select(DecisionRecord).where(DecisionRecord.id == decision_id)
    if sites is not None:
        query = query.where(DecisionRecord.site.in_(sites))
    return session.scalars(
        query.order_by(DecisionRecord.site).with_for_update().execution_options(populate_existing=True)
    ).all()


def close(record: DecisionRecord, actor: str, now: datetime) -> None:
    """Marks a locked decision as undone."""
    record.undone_at = now
    record.undone_by = actor


def forget_notes(session: Session, site: str, author_id: str) -> None:
    """Empties the notes of decisions about this author's comments."""
    about = (
        select(Event.decision_id)
        .join(Comment, (Comment.site == Event.site) & (Comment.id == Event.comment_id))
        .where(Event.site == site, Comment.author_id == author_id, Event.decision_id.is_not(None))
    )
    session.execute(
        update(DecisionRecord)
        .where(DecisionRecord.site == site, DecisionRecord.note != "", DecisionRecord.id.in_(about))
        .values(note="")
        .execution_options(synchronize_session=False)
    )
