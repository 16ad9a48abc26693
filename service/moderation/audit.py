"""The audit log's chain: events are sealed in their order within seconds, and anybody can have it checked.

Each event is signed when it is written, with a key that the database does not hold, so none can be changed or slipped
in. A seal signs which events came one after the other, and the seal before it, so none can be taken away or moved; the
head signs how many seals there are, so the end cannot be cut off. An event and its place in the queue, taken away
together in the seconds before they are sealed, leave no trace.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from service import clock
from service.clock import rfc3339
from service.log import logger
from service.privacy.seal import AuditSeal
from service.storage import rollups, seals
from service.storage.database import Session, reading, transaction
from service.storage.events import EVENT, NOTE, event_values, note_mark, noted, signed_text
from service.storage.seals import Link

if TYPE_CHECKING:
    from service.web.context import Services

SEAL: Final = "seal"
HEAD: Final = "head"
EVENTS_AT_ONCE: Final = 1_000
FINDINGS_MAX: Final = 100


class Finding(StrEnum):
    """What can be wrong with the log."""

    CHANGED = "changed"  # an event does not say what was signed
    MISSING = "missing"  # an event that was logged is gone
    INSERTED = "inserted"  # an event that no seal and no queue knows
    BROKEN = "broken"  # a seal does not go on from the one before, or is gone
    CUT_OFF = "cut_off"  # the chain ends before, or elsewhere than, its head says


@dataclass(frozen=True)
class Found:
    """One thing that is wrong, and where: an event, or the number of a seal."""

    finding: Finding
    event: str | None = None
    seal: int | None = None


@dataclass
class Verified:
    """What was looked at, and all that is wrong (the first hundred things, and how many)."""

    sealed: int = 0
    unsealed: int = 0
    seals: int = 0
    head: str = ""
    sealed_at: datetime | None = None
    wrong: int = 0
    findings: list[Found] = field(default_factory=list)

    def report(self, found: Found) -> None:
        self.wrong += 1
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(found)


def run(services: Services, _payload: Mapping[str, Any]) -> None:
    """Seals what waits, of every site."""
    with reading() as session:
        waiting = seals.waiting_sites(session)
    for site in waiting:
        while seal(services.audit_seal, site) == EVENTS_AT_ONCE:
            pass


def seal(keys: AuditSeal, site: str) -> int:
    """Closes one seal over the events of the site that wait; returns how many. Raises Unavailable."""
    with transaction() as session:
        top = seals.lock_head(session, site)
        events = seals.waiting(session, site, EVENTS_AT_ONCE)
        if not events:
            return 0
        if top.number == 0:
            events = _adopted(session, keys, site, events)
        link = Link(
            number=top.number + 1,
            events=tuple(event.id for event in events),
            total=top.total + len(events),
            digest="",
            sealed_at=clock.now(),
        )
        text = _link_text(site, top.digest, link, [event.mac for event in events])
        link = Link(link.number, link.events, link.total, keys.sign(SEAL, text), link.sealed_at)
        seals.close(session, top, link, keys.sign(HEAD, _head_text(site, link)))
    # Whoever keeps the service's log elsewhere can hold the chain against it.
    logger().info("audit log sealed", site=site, number=link.number, total=link.total, digest=link.digest)
    return len(events)


def _adopted(
    session: Session, keys: AuditSeal, site: str, events: Sequence[seals.Waiting]
) -> list[seals.Waiting]:
    """The first seal takes in, as they are, events from before there were keyed hashes."""
    rows = seals.rows(session, site, [event.id for event in events if not event.mac])
    signed = []
    for event in events:
        mac = event.mac
        if not mac:
            row = rows[event.id]
            mac = keys.sign(EVENT, signed_text(event_values(row), note_mark(keys.sign, row.id, row.note)))
            seals.adopt(session, site, event.id, mac)
        signed.append(seals.Waiting(event.id, mac))
    return signed


def _link_text(site: str, before: str, link: Link, macs: Sequence[str]) -> bytes:
    lines = [site, str(link.number), before, str(link.total), rfc3339(link.sealed_at), *link.events, *macs]
    return "\n".join(lines).encode()


def _head_text(site: str, link: Link) -> bytes:
    return f"{site}\n{link.number}\n{link.total}\n{link.digest}".encode()


def verify(keys: AuditSeal, site: str, known: tuple[int, str] | None = None) -> Verified:
    """Checks the whole log of a site, all of one moment. Raises Unavailable.

    `known` is the number and digest of a seal noted earlier, outside the database: the chain must still hold it.
    """
    verified = Verified()
    with rollups.one_moment() as session:
        checker = _Checker(session, keys, site, seals.redacted(session, site))
        for found in (*checker.chain(verified, known), *checker.queue(verified)):
            verified.report(found)
        there = seals.count(session, site)
        if there != checker.met:
            for event_id in checker.strangers():
                verified.report(Found(Finding.INSERTED, event=event_id))
    return verified


class _Checker:
    """One look through a site's log."""

    def __init__(self, session: Session, keys: AuditSeal, site: str, redacted: Mapping[str, str]) -> None:
        self._session, self._keys, self._site, self._redacted = session, keys, site, redacted
        self._waiting = seals.queued(session, site)
        self.met = 0

    def chain(self, verified: Verified, known: tuple[int, str] | None) -> Iterator[Found]:
        queued = set(self._waiting)
        number, total, digest, is_known = 0, 0, "", known is None
        for link in seals.links(self._session, self._site):
            macs = yield from self._events(link.events, link.number)
            self.met -= len(queued.intersection(link.events))  # no event is looked at twice
            if link.number != number + 1:
                yield Found(Finding.BROKEN, seal=number + 1)
            expected = _link_text(self._site, digest, link, macs)
            total += len(link.events)
            if link.total != total or not self._keys.fits(SEAL, expected, link.digest):
                yield Found(Finding.BROKEN, seal=link.number)
            number, total, digest = link.number, link.total, link.digest
            is_known = is_known or (number, digest) == known
            verified.seals += 1
            verified.sealed += len(link.events)
            verified.head, verified.sealed_at = f"{number}:{digest}", link.sealed_at
        if not is_known or not self._is_head(number, total, digest):
            yield Found(Finding.CUT_OFF, seal=number)

    def _is_head(self, number: int, total: int, digest: str) -> bool:
        top = seals.head(self._session, self._site)
        if top is None:
            return number == 0
        text = f"{self._site}\n{number}\n{total}\n{digest}".encode()
        return (top.number, top.total, top.digest) == (number, total, digest) and (
            number == 0 or self._keys.fits(HEAD, text, top.mac)
        )

    def queue(self, verified: Verified) -> Iterator[Found]:
        verified.unsealed = len(self._waiting)
        for start in range(0, len(self._waiting), EVENTS_AT_ONCE):
            yield from self._events(self._waiting[start : start + EVENTS_AT_ONCE], None)

    def _events(self, ids: Sequence[str], number: int | None) -> Generator[Found, None, list[str]]:
        """Checks these events; gives back the keyed hashes that they have now."""
        rows = seals.rows(self._session, self._site, ids)
        self.met += len(rows)
        macs = []
        for event_id in ids:
            row = rows.get(event_id)
            if row is None:
                yield Found(Finding.MISSING, event=event_id, seal=number)
                macs.append("")
                continue
            macs.append(row.mac)
            if not self._is_as_signed(row, adoptable=number is None):
                yield Found(Finding.CHANGED, event=event_id, seal=number)
        return macs

    def _is_as_signed(self, row: Any, *, adoptable: bool) -> bool:
        if not row.mac:
            return adoptable and seals.head(self._session, self._site) is None
        values = event_values(row)
        return any(self._keys.fits(EVENT, signed_text(values, mark), row.mac) for mark in self._marks(row))

    def _marks(self, row: Any) -> Iterator[str]:
        """What may stand for the note: the note's own mark, with any key, or the one kept when it was emptied."""
        if row.note:
            yield from self._keys.signs(NOTE, noted(row.id, row.note))
        else:
            yield self._redacted.get(row.id, "")

    def strangers(self) -> Iterator[str]:
        """The ids of events that neither a seal nor the queue knows."""
        known = set(self._waiting)
        for link in seals.links(self._session, self._site):
            known.update(link.events)
        return (event_id for event_id in seals.all_ids(self._session, self._site) if event_id not in known)
