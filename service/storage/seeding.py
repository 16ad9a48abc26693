"""Comments by the hundred thousand, for benchmarks and trying out: the tables as one by one would leave them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import func, select, text, update

from service.domain.status import Status
from service.storage import authors, pages, rollups, search_index, tallies
from service.storage.database import lock_rows
from service.storage.models import Comment, Page
from service.storage.session import Session

SQLITE_CACHE_KIB = 262_144
POSTGRESQL_SORT_MIB = 128  # of the index for searching: sorted in, a large part at once costs least


class Seeded(NamedTuple):
    """One comment. Its parent is in the same batch, and `listed_replies` counts its direct replies there."""

    id: str
    page_id: str
    author_id: str
    parent_id: str | None
    root_id: str | None
    depth: int
    listed_replies: int
    name: str
    website: str
    body: str
    body_html: str
    body_fingerprint: str
    search_text: str
    language: str
    created_at: datetime


@dataclass(frozen=True)
class Batch:
    """Comments of one site that all have one status: approved or pending."""

    site: str
    status: Status
    comments: Sequence[Seeded]


def store(session: Session, batch: Batch) -> None:
    """Stores the comments with what follows for pages and authors, as if each had been sent and decided alone."""
    pages.lock(session, batch.site, sorted({comment.page_id for comment in batch.comments}))
    rows = map(_row_of(batch), batch.comments)
    if lock_rows(session):
        _copy(session, rows)
    else:
        _insert(session, rows)
    search_index.add(session, ((batch.site, comment.id, comment.search_text) for comment in batch.comments))
    by_author = Counter(comment.author_id for comment in batch.comments)
    authors.recount(session, batch.site, {author: {batch.status: n} for author, n in by_author.items()})
    tallies.move(session, batch.site, {batch.status: len(batch.comments)})
    if batch.status is Status.APPROVED:
        _count_pages(session, batch)
    rollups.note_unsent(session, batch.site, batch.status, (comment.created_at for comment in batch.comments))


def number_on(session: Session, site: str, page_ids: Sequence[str]) -> int:
    """How many comments the pages have."""
    query = (
        select(func.count()).select_from(Comment).where(Comment.site == site, Comment.page_id.in_(page_ids))
    )
    return session.scalar(query) or 0


def prepare(session: Session) -> None:
    """Lifts, until the transaction ends, the time limit that requests have on PostgreSQL.

    SQLite keeps more of its indexes in memory from here on.
    """
    if lock_rows(session):
        session.execute(text("SET LOCAL statement_timeout = 0"))
        for name in ("gin_pending_list_limit", "work_mem", "maintenance_work_mem"):
            session.execute(text(f"SET LOCAL {name} = '{POSTGRESQL_SORT_MIB}MB'"))
    else:
        session.execute(text(f"PRAGMA cache_size = -{SQLITE_CACHE_KIB}"))


def look_anew(session: Session) -> None:
    """Has PostgreSQL count its rows, for its plans are made for the table as it was; SQLite has no need."""
    if lock_rows(session):
        prepare(session)
        search_index.put_in_order(session)
        session.execute(text("ANALYZE comments, pages, authors, search_index_grams"))


_COLUMNS = tuple(Comment.__table__.columns.keys())


def _row_of(batch: Batch) -> Callable[[Seeded], tuple[Any, ...]]:
    """A function that makes a row of the table, its values in the order of the columns."""
    approved = batch.status is Status.APPROVED
    same: dict[str, Any] = {
        "site": batch.site,
        "status": batch.status.value,
        "version": 2 if approved else 1,  # sent, and then published
        "listed": approved,
        "score": 0.0,
        "staff": False,
        "notify": False,
        "up": 0,
        "down": 0,
        "rank": 0,
        "reports": 0,
        "sampled": False,
        "review_due": False,
        "campaign": None,
        "address_fingerprint": None,
        "edited_at": None,
    }
    fixed = [same.get(name) for name in _COLUMNS]
    own = [(_COLUMNS.index(name), Seeded._fields.index(name)) for name in Seeded._fields]
    reply_to, parent = _COLUMNS.index("reply_to_id"), Seeded._fields.index("parent_id")
    replies = _COLUMNS.index("listed_replies")

    def row(comment: Seeded) -> tuple[Any, ...]:
        values = fixed.copy()
        for to, of in own:
            values[to] = comment[of]
        values[reply_to] = comment[parent]
        if not approved:
            values[replies] = 0
        return tuple(values)

    return row


def _copy(session: Session, rows: Iterator[tuple[Any, ...]]) -> None:
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY comments ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(session: Session, rows: Iterator[tuple[Any, ...]]) -> None:
    driver = cast("sqlite3.Connection", session.connection().connection.driver_connection)
    created_at = _COLUMNS.index("created_at")

    def stored(row: tuple[Any, ...]) -> tuple[Any, ...]:
        moment = row[created_at].astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        return (*row[:created_at], moment, *row[created_at + 1 :])

    marks = ", ".join("?" * len(_COLUMNS))
    statement = f"INSERT INTO comments ({', '.join(_COLUMNS)}) VALUES ({marks})"  # noqa: S608 - names of our own
    driver.executemany(statement, map(stored, rows))


def _count_pages(session: Session, batch: Batch) -> None:
    for page_id, number in sorted(Counter(comment.page_id for comment in batch.comments).items()):
        session.execute(
            update(Page)
            .where(Page.site == batch.site, Page.id == page_id)
            .values(version=Page.version + number, approved=Page.approved + number)
            .execution_options(synchronize_session=False)
        )
