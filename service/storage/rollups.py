"""Counters by hour, and the queue of what is still to be counted into them.

Whoever changes a comment only adds rows to the queue, in its own transaction. Whoever counts takes rows that it can
see and adds what follows from them, in one transaction of its own: a change that is committed late is seen late, and
never lost or counted twice, in whatever order changes are committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, exists, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from service.clock import hour_of, rfc3339
from service.domain.ids import new_id
from service.domain.status import Status
from service.storage import rows
from service.storage.batches import batches
from service.storage.database import db, lock_rows, reading
from service.storage.histories import History, of_comments
from service.storage.models import Rollup, RollupSite, Site, Uncounted
from service.storage.session import Session
from service.storage.upsert import insert_absent

if TYPE_CHECKING:
    from service.storage.events import NewEvent

NO_COMMENT = ""
STATUS = "status"
WAITS = (
    "waits"  # of a text that waits: the minute of the hour in which it came; hours until it entered the queue
)
LEFT = "left"  # in the hour in which it left: minutes that its text was old when that began; full hours it waited at
SLOT_MINUTES = 5
_SLOT = timedelta(minutes=SLOT_MINUTES)


class Cell(NamedTuple):
    """One counter of a site: `key` among what `kind` counts, in the hour that begins at `hour`."""

    kind: str
    hour: datetime
    key: str


Tally = Counter[Cell]


def slot_of(moment: datetime) -> datetime:
    """The beginning of the five minutes in which it lies."""
    hour = hour_of(moment)
    return hour + (moment - hour) // _SLOT * _SLOT


def waits(text_at: datetime, entered_at: datetime) -> Cell:
    """The counter of a comment that waits in the queue: when its text came, and when it entered."""
    hour = hour_of(text_at)
    minute = (slot_of(text_at) - hour) // timedelta(minutes=1)
    return Cell(WAITS, hour, f"{minute}|{(hour_of(entered_at) - hour) // timedelta(hours=1)}")


def left(text_at: datetime, entered_at: datetime, left_at: datetime) -> Cell | None:
    """The counter of one that waited and does not any more; None when it waited at no full hour."""
    hour = hour_of(left_at)
    times = (hour - hour_of(entered_at)) // timedelta(hours=1)
    minutes = (hour - slot_of(text_at)) // timedelta(minutes=1)
    return Cell(LEFT, hour, f"{minutes}|{times}") if times > 0 else None


@dataclass(frozen=True)
class Standing:
    """How a site's rollups stand: the rules they follow, and whether something is queued."""

    counted_as: str
    waiting: bool


@dataclass(frozen=True)
class Taken:
    """A part of the queue: its rows (ids of comment and event), the comments they tell of, and ready tallies."""

    rows: frozenset[tuple[str, str]]
    histories: Sequence[History]
    tallies: Sequence[Tally]

    @property
    def uncounted(self) -> frozenset[str]:
        """The ids of the steps that are not counted yet."""
        return frozenset(event_id for _, event_id in self.rows)


def note(session: Session, events: Iterable[NewEvent]) -> None:
    """Queues those events that change a comment; they belong to the transaction at hand."""
    rows.insert_all(
        session,
        Uncounted,
        [
            {"site": event.site, "comment_id": event.comment_id, "event_id": event.id}
            for event in events
            if event.comment_id is not None and event.version is not None
        ],
    )


def note_unsent(session: Session, site: str, status: Status, sent_at: Iterable[datetime]) -> None:
    """Queues comments that came without events: those that nobody sent, such as seeded ones, stored as `status`."""
    counted: Tally = Counter()
    for moment in sent_at:
        counted[Cell(STATUS, hour_of(moment), status.value)] += 1
        if status is Status.PENDING:
            counted[waits(moment, moment)] += 1
    tally = [[kind, rfc3339(hour), key, count] for (kind, hour, key), count in sorted(counted.items())]
    session.add(Uncounted(site=site, comment_id=NO_COMMENT, event_id=new_id(), tally=tally))


def outdate(session: Session, site: str) -> None:
    """Has the site counted anew: something was taken from its past, so that steps alone do not tell it any more."""
    # also whoever counts anew just now began before: the turn is lost
    session.execute(update(RollupSite).where(RollupSite.site == site).values(counted_as="", turn=""))


def waiting_sites(session: Session, counted_as: str) -> list[str]:
    """The sites with something in the queue, and those that do not follow the rules."""
    queued = exists().where(Uncounted.site == Site.slug)
    current = exists().where(RollupSite.site == Site.slug, RollupSite.counted_as == counted_as)
    return list(session.scalars(select(Site.slug).where(queued | ~current).order_by(Site.slug)))


def standing(session: Session, site: str) -> Standing:
    """How the site's rollups stand; a site never counted follows no rules."""
    waiting = session.scalar(select(Uncounted.site).where(Uncounted.site == site).limit(1)) is not None
    kept = session.get(RollupSite, site)
    return Standing("" if kept is None else kept.counted_as, waiting)


def lock(session: Session, site: str) -> RollupSite:
    """The site's row, made when there is none, locked: who counts for a site counts alone."""
    insert_absent(session, RollupSite, {"site": site, "counted_as": "", "turn": "", "turn_at": None})
    return session.scalars(
        select(RollupSite)
        .where(RollupSite.site == site)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def take(session: Session, site: str, comments_max: int) -> Taken:
    """What the queue holds for at most so many comments; the caller has locked the site, and removes it."""
    ids = session.scalars(
        select(Uncounted.comment_id)
        .where(Uncounted.site == site, Uncounted.comment_id != NO_COMMENT)
        .distinct()
        .order_by(Uncounted.comment_id)
        .limit(comments_max)
    ).all()
    histories = of_comments(session, site, ids)
    # Asked after the steps were read: a step committed in between is in neither, and waits for the next time.
    queued = _queued(session, site, ids)
    known = {step.id for history in histories for step in history.steps}
    exist = {history.comment for history in histories}
    rows = {(comment, event) for comment, event in queued if event in known or comment not in exist}
    tallies = _tallies(session, site, comments_max)
    rows.update((NO_COMMENT, event_id) for event_id in tallies)
    return Taken(frozenset(rows), histories, list(tallies.values()))


def _queued(session: Session, site: str, ids: Sequence[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for batch in batches(ids):
        query = select(Uncounted.comment_id, Uncounted.event_id)
        rows = session.execute(query.where(Uncounted.site == site, Uncounted.comment_id.in_(batch)))
        found += [(comment_id, event_id) for comment_id, event_id in rows]
    return found


def _tallies(session: Session, site: str, at_most: int) -> dict[str, Tally]:
    rows = session.execute(
        select(Uncounted.event_id, Uncounted.tally)
        .where(Uncounted.site == site, Uncounted.comment_id == NO_COMMENT)
        .order_by(Uncounted.event_id)
        .limit(at_most)
    )
    return {event_id: _read_tally(tally or ()) for event_id, tally in rows}


def _read_tally(rows: Iterable[Sequence[Any]]) -> Tally:
    return Counter({Cell(kind, datetime.fromisoformat(hour), key): n for kind, hour, key, n in rows})


def remove(session: Session, site: str, rows: Iterable[tuple[str, str]]) -> None:
    """Takes rows from the queue, named by the ids of comment and event."""
    for batch in batches(sorted(rows)):
        session.execute(
            delete(Uncounted).where(
                Uncounted.site == site,
                Uncounted.comment_id.in_({comment_id for comment_id, _ in batch}),
                Uncounted.event_id.in_([event_id for _, event_id in batch]),
            )
        )


def queue(session: Session, site: str) -> list[tuple[str, str]]:
    """The whole queue, named by the ids of comment and event."""
    rows = session.execute(select(Uncounted.comment_id, Uncounted.event_id).where(Uncounted.site == site))
    return [(comment_id, event_id) for comment_id, event_id in rows]


def add_up(session: Session, site: str, more: Mapping[Cell, int]) -> None:
    """Adds to the site's counters; the caller has locked the site."""
    rows = [_row(site, cell, count) for cell, count in more.items() if count]
    if rows:
        new = (postgresql.insert if lock_rows(session) else sqlite.insert)(Rollup)
        statement = new.on_conflict_do_update(
            index_elements=["site", "kind", "hour", "key"], set_={"count": Rollup.count + new.excluded.count}
        )
        session.connection().execute(statement, rows)


def replace(session: Session, site: str, tally: Mapping[Cell, int]) -> None:
    """Puts these counters in the place of all that the site had; the caller has locked the site."""
    session.execute(delete(Rollup).where(Rollup.site == site))
    rows = [_row(site, cell, count) for cell, count in tally.items() if count]
    if rows:
        session.connection().execute(insert(Rollup), rows)


def kept(session: Session, site: str) -> Tally:
    """All counters of the site."""
    rows = session.execute(
        select(Rollup.kind, Rollup.hour, Rollup.key, Rollup.count).where(Rollup.site == site)
    )
    return Counter({Cell(kind, hour, key): count for kind, hour, key, count in rows})


@contextmanager
def one_moment() -> Iterator[Session]:
    """A session of its own, all of whose reads are of one moment, however long they take. Raises Unavailable."""
    with reading(), Session(db.engine) as session:
        if lock_rows(session):
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            session.execute(text("SET LOCAL statement_timeout = 0"))
        yield session


def _row(site: str, cell: Cell, count: int) -> dict[str, Any]:
    return {"site": site, "kind": str(cell.kind), "hour": cell.hour, "key": str(cell.key), "count": count}
