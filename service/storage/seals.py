"""The chain over the audit log: events that wait for a seal, the seals in their order, and the head of each chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, update

from service.storage.batches import batches
from service.storage.events import NOTES_REDACTED, SIGNED
from service.storage.models import Event, Seal, SealHead, UnsealedEvent
from service.storage.session import Session
from service.storage.upsert import insert_absent

ID_BYTES = 16
SEALS_AT_ONCE = 50
IDS_AT_ONCE = 5_000


class Waiting(NamedTuple):
    """An event that waits for a seal."""

    id: str
    mac: str


@dataclass(frozen=True)
class Link:
    """A seal as it was stored, its events' ids unpacked."""

    number: int
    events: tuple[str, ...]
    total: int
    digest: str
    sealed_at: datetime


def waiting_sites(session: Session) -> list[str]:
    """The sites with events that no seal holds."""
    return list(session.scalars(select(UnsealedEvent.site).distinct()))


def lock_head(session: Session, site: str) -> SealHead:
    """The head of the site's chain, made when there is none, locked: one seals at a time."""
    insert_absent(session, SealHead, {"site": site, "number": 0, "total": 0, "digest": "", "mac": ""})
    return session.scalars(
        select(SealHead)
        .where(SealHead.site == site)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def head(session: Session, site: str) -> SealHead | None:
    """The head of the site's chain, or None where nothing was sealed."""
    return session.get(SealHead, site)


def waiting(session: Session, site: str, at_most: int) -> list[Waiting]:
    """The events that wait, in the order of their ids. One that is gone stays queued: the verifier must find it."""
    rows = session.execute(
        select(Event.id, Event.mac)
        .join(UnsealedEvent, (UnsealedEvent.site == Event.site) & (UnsealedEvent.event_id == Event.id))
        .where(UnsealedEvent.site == site)
        .order_by(UnsealedEvent.event_id)
        .limit(at_most)
    )
    return [Waiting(*row) for row in rows]


def adopt(session: Session, site: str, event_id: str, mac: str) -> None:
    """Signs an event from before events were signed."""
    session.execute(update(Event).where(Event.site == site, Event.id == event_id).values(mac=mac))


def close(session: Session, top: SealHead, link: Link, mac: str) -> None:
    """Stores the link as the new head, and takes its events from the queue."""
    packed = b"".join(bytes.fromhex(event_id) for event_id in link.events)
    session.add(
        Seal(
            site=top.site,
            number=link.number,
            events=packed,
            total=link.total,
            digest=link.digest,
            sealed_at=link.sealed_at,
        )
    )
    top.number, top.total, top.digest, top.mac = link.number, link.total, link.digest, mac
    for batch in batches(link.events):
        session.execute(
            delete(UnsealedEvent).where(UnsealedEvent.site == top.site, UnsealedEvent.event_id.in_(batch))
        )


def links(session: Session, site: str) -> Iterator[Link]:
    """All links of the chain, in their order."""
    last = 0
    while True:
        found = session.scalars(
            select(Seal)
            .where(Seal.site == site, Seal.number > last)
            .order_by(Seal.number)
            .limit(SEALS_AT_ONCE)
        ).all()
        for seal in found:
            yield Link(seal.number, _unpacked(seal.events), seal.total, seal.digest, seal.sealed_at)
        if len(found) < SEALS_AT_ONCE:
            return
        last = found[-1].number
        session.expunge_all()


def _unpacked(packed: bytes) -> tuple[str, ...]:
    text = bytes(packed).hex()
    return tuple(text[start : start + 2 * ID_BYTES] for start in range(0, len(text), 2 * ID_BYTES))


_SIGNED_COLUMNS = (*(getattr(Event, name) for name in SIGNED), Event.note, Event.mac)


def rows(session: Session, site: str, ids: Sequence[str]) -> dict[str, Any]:
    """The events with these ids, as rows of what is signed, the note and the keyed hash."""
    found: dict[str, Any] = {}
    for batch in batches(ids):
        query = select(*_SIGNED_COLUMNS).where(Event.site == site, Event.id.in_(batch))
        found.update((row.id, row) for row in session.execute(query))
    return found


def queued(session: Session, site: str) -> list[str]:
    """The ids of the events that wait for a seal, also such as are gone."""
    return list(
        session.scalars(
            select(UnsealedEvent.event_id).where(UnsealedEvent.site == site).order_by(UnsealedEvent.event_id)
        )
    )


def all_ids(session: Session, site: str) -> Iterator[str]:
    """The ids of all events of the site."""
    last = ""
    while True:
        some = (
            select(Event.id).where(Event.site == site, Event.id > last).order_by(Event.id).limit(IDS_AT_ONCE)
        )
        found = session.scalars(some).all()
        if not found:
            return
        yield from found
        last = found[-1]


def count(session: Session, site: str) -> int:
    """How many events the site has."""
    return session.scalar(select(func.count()).select_from(Event).where(Event.site == site)) or 0


def redacted(session: Session, site: str) -> dict[str, str]:
    """The marks of notes that were emptied on the record, by the id of their event."""
    found: dict[str, str] = {}
    for detail in session.scalars(
        select(Event.detail).where(Event.site == site, Event.kind == NOTES_REDACTED).order_by(Event.id)
    ):
        marks = detail.get("notes")
        if isinstance(marks, dict):
            found.update((str(event), str(mark)) for event, mark in marks.items())
    return found
