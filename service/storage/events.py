"""The audit log: adding and reading, never changing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, and_, or_, select

from service.clock import rfc3339
from service.domain.canonical import canonical
from service.domain.ids import id_floor, new_id
from service.domain.status import Status
from service.storage import rollups, rows
from service.storage.batches import batches
from service.storage.database import db
from service.storage.models import Comment, Event, UnsealedEvent
from service.storage.session import Session

__all__ = [
    "Event",
    "EventFilter",
    "NewEvent",
    "add",
    "add_all",
    "changed_since",
    "last_change",
    "listing",
    "of_comment",
    "of_decision",
    "redact_notes",
    "sign_with",
    "signed_text",
]

EVENT: Final = "event"
NOTE: Final = "note"
NOTES_REDACTED: Final = "notes_redacted"
#: An id is made in the request whose event it names: their times are at most this far apart.
ID_SLACK: Final = timedelta(days=1)
#: Kinds whose `detail` names an author.
_ABOUT_AUTHORS: Final = ("email_revealed", "author_exported", "author_erased", "banned", "ban_lifted")

Sign = Callable[[str, bytes], str]
_signers: WeakKeyDictionary[Engine, Sign] = WeakKeyDictionary()


def sign_with(sign: Sign) -> None:
    """Has the events of the current application's database signed: `sign(what, text)` is a keyed hash."""
    _signers[db.engine] = sign


@dataclass(slots=True)
class NewEvent:
    """An event as it happens: what `Event` says, before it is stored and signed."""

    site: str
    id: str
    kind: str
    actor: str
    created_at: datetime
    comment_id: str | None = None
    decision_id: str | None = None
    before: Status | None = None
    after: Status | None = None
    version: int | None = None
    reason: str = ""
    note: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def add(session: Session, event: NewEvent) -> None:
    """Adds one event in the transaction of what it tells; it is stored as it is now."""
    add_all(session, [event])


def add_all(session: Session, events: Sequence[NewEvent]) -> None:
    """Adds many events in the transaction of what they tell; seals and statistics take them up later."""
    sign = _signers[db.engine]
    told = []
    for event in events:
        values = event_values(event)
        mac = sign(EVENT, signed_text(values, note_mark(sign, event.id, event.note)))
        told.append({**values, "note": event.note, "mac": mac})
    rows.insert_all(session, Event, told)
    unsealed = [{"site": event.site, "event_id": event.id} for event in events]
    rows.insert_all(session, UnsealedEvent, unsealed)
    rollups.note(session, events)


def event_values(event: Any) -> dict[str, Any]:
    """What an event says, by the names of its columns, from an event or a row of its columns."""
    return {name: getattr(event, name) for name in SIGNED}


SIGNED: Final = (
    "site",
    "id",
    "kind",
    "actor",
    "comment_id",
    "decision_id",
    "before",
    "after",
    "version",
    "reason",
    "detail",
    "created_at",
)


def note_mark(sign: Sign, event_id: str, note: str) -> str:
    """What stands for a note in the signed text: with it the log can be checked after the note itself had to go."""
    return sign(NOTE, noted(event_id, note)) if note else ""


def noted(event_id: str, note: str) -> bytes:
    """What a note's mark is of."""
    return f"{event_id}\0{note}".encode()


def signed_text(values: Mapping[str, Any], note: str) -> bytes:
    """What an event's keyed hash is of; `note` is its mark."""
    return canonical({**values, "created_at": rfc3339(values["created_at"]), "note": note})


def redact_notes(session: Session, by: NewEvent, author: str) -> int:
    """Empties the notes of the events about an author, as an erasure asks; `by` says of which site, by whom and when.

    Events say so, and keep the notes' marks: the verifier still finds everything else as it was. Returns how many.
    """
    sign = _signers[db.engine]
    about = (Event.site == by.site, Event.note != "", _about_author([by.site], author))
    found = session.scalars(select(Event).where(*about)).all()
    for batch in batches(found):
        marks = {event.id: note_mark(sign, event.id, event.note) for event in batch}
        for event in batch:
            event.note = ""
        add(
            session,
            NewEvent(
                site=by.site,
                id=new_id(),
                kind=NOTES_REDACTED,
                actor=by.actor,
                detail={"notes": marks},
                created_at=by.created_at,
            ),
        )
    return len(found)


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
    """Which events to list; empty text means any. `since` is inclusive, `until` is not."""

    sites: Sequence[str]
    kind: str = ""
    actor: str = ""
    comment: str = ""
    decision: str = ""
    author: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after_id: str = ""
    limit: int = 50


def changed_since(session: Session, sites: Sequence[str], moment: datetime, limit: int) -> Sequence[Event]:
    """What changed the status of comments since then, newest first."""
    return session.scalars(
        select(Event)
        .where(Event.site.in_(sites), Event.id >= id_floor(moment), Event.after.is_not(None))
        .order_by(Event.id.desc())
        .limit(limit)
    ).all()


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
    if wanted.author:
        query = query.where(_about_author(wanted.sites, wanted.author))
    if wanted.since:
        # The ids bound what is looked at: they are the key, and sort by time.
        query = query.where(Event.created_at >= wanted.since, Event.id >= id_floor(wanted.since - ID_SLACK))
    if wanted.until:
        query = query.where(Event.created_at < wanted.until, Event.id < id_floor(wanted.until + ID_SLACK))
    if wanted.after_id:
        query = query.where(Event.id < wanted.after_id)
    return session.scalars(query.order_by(Event.id.desc()).limit(wanted.limit + 1)).all()


def _about_author(sites: Sequence[str], author: str) -> ColumnElement[bool]:
    """Events of the author's comments, and those that name the author."""
    written = select(Comment.id).where(Comment.site.in_(sites), Comment.author_id == author)
    named = or_(Event.detail["author"].as_string() == author, Event.detail["subject"].as_string() == author)
    return or_(Event.comment_id.in_(written), and_(Event.kind.in_(_ABOUT_AUTHORS), named))
