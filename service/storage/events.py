"""The audit log: adding and reading, never changing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.storage import rollups
from service.storage.models import Event

__all__ = ["Event", "EventFilter", "add", "add_all", "last_change", "listing", "of_comment", "of_decision"]


def add(session: Session, event: Event) -> None:
    """Adds one event in the transaction of what it tells."""
    add_all(session, [event])


def add_all(session: Session, events: Sequence[Event]) -> None:
    """Adds many events in the transaction of what they tell; the statistics count them later."""
    session.add_all(events)
    rollups.note(session, events)


def of_comment(session: Session, site: str, comment_id: str, limit: int) -> Sequence[Event]:
    """A comment's last events, oldest first; readers' reports can make them many."""
    newest = session.scalars(
        select(Event)
        .where(Event.site == site, Event.comment_id == comment_id)
        .order_by(Event.id.desc())
        .limit(limit)
    ).all()
    return newest[::-1]


def last_change(session: Session, site: str, comment_id: str) -> Event | None:
    """The newest event that changed the comment; what a moderator who came second is told."""
    return session.scalar(
        select(Event)
        .where(Event.site == site, Event.comment_id == comment_id, Event.version.is_not(None))
        .order_by(Event.id.desc())
        .limit(1)
    )


def of_decision(session: Session, site: str, decision_id: str) -> Sequence[Event]:
    """What one decision changed."""
    return session.scalars(
        select(Event)
        .where(Event.site == site, Event.decision_id == decision_id, Event.kind == "decided")
        .order_by(Event.id)
    ).all()


@dataclass(frozen=True)
class EventFilter:
    """Which events to list; empty text means any."""

    sites: Sequence[str]
    kind: str = ""
    actor: str = ""
    comment: str = ""
    decision: str = ""
    after_id: str = ""
    limit: int = 50


def listing(session: Session, wanted: EventFilter) -> Sequence[Event]:
    """Events, newest first, one more than `limit` when there are more; `after_id` is the last one seen."""
    query = select(Event).where(Event.site.in_(wanted.sites))
    for column, text in (
        (Event.kind, wanted.kind),
        (Event.actor, wanted.actor),
        (Event.comment_id, wanted.comment),
        (Event.decision_id, wanted.decision),
    ):
        if text:
            query = query.where(column == text)
    if wanted.after_id:
        query = query.where(Event.id < wanted.after_id)
    return session.scalars(query.order_by(Event.id.desc()).limit(wanted.limit + 1)).all()
