"""The index that finds any part of a comment's text, on both databases and under every locale of theirs.

It says which comments may hold a text: those that have all of its runs of three characters. Whoever asks looks at the
text itself again, so the index may know too much and must only never know too little. It is written behind, some
hundred comments at a time: `search_due` names those whose present text is not in it, and they count as found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final
from zlib import crc32

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    column,
    delete,
    func,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Integer

from service.storage.batches import batches
from service.storage.database import lock_rows
from service.storage.models import Comment, SearchDue
from service.storage.session import Session

#: So many characters are the shortest that it finds.
LENGTH: Final = 3
#: Above so many comments that may hold the text it is quicker to look for it where it is.
FOUND_MAX: Final = 2_000
_ASKED_MAX: Final = 12

# SQLite: FTS5, and which comment each of its numbers stands for. A rowid of `comments` would change with VACUUM.
_numbers = table("search_index_numbers", column("number"), column("site"), column("id"))
_texts = table("search_index_texts", column("rowid"), column("text"), column("search_index_texts"))
# PostgreSQL: numbers of runs in an inverted index. pg_trgm asks the locale what a letter is: under C none is Urdu's.
_grams = table("search_index_grams", column("site"), column("id"), column("grams", ARRAY(Integer)))

_NUMBER = text(
    "INSERT OR IGNORE INTO search_index_numbers (site, id) "
    "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:keys)"
)
# One statement: FTS5 would store what it has so far at the start of every other one.
_TAKE_IN = text(
    "REPLACE INTO search_index_texts (rowid, text) SELECT n.number, c.search_text FROM json_each(:keys) AS k "
    "CROSS JOIN search_index_numbers AS n ON n.site = json_extract(k.value, '$[0]') "
    "AND n.id = json_extract(k.value, '$[1]') CROSS JOIN comments AS c ON c.site = n.site AND c.id = n.id"
)
_PUT = text(
    "INSERT INTO search_index_grams (site, id, grams) VALUES (:site, :id, :grams) "
    "ON CONFLICT (site, id) DO UPDATE SET grams = excluded.grams"
)


def grams(folded: str) -> list[int]:
    """A number, of 32 bits with their sign, for each different run of three characters."""
    runs = set(zip(folded, folded[1:], folded[2:], strict=False))
    return sorted({crc32("".join(run).encode("utf-8", "surrogatepass")) - 2**31 for run in runs})


def found(session: Session, sites: Sequence[str], folded: str) -> list[str] | None:
    """The ids of all comments of the sites that may hold the text; None when they are more than FOUND_MAX.

    None as well for a text that is shorter than what the index knows.
    """
    if len(folded) < LENGTH:
        return None
    due = select(SearchDue.id).where(SearchDue.site.in_(sites)).limit(FOUND_MAX + 1)
    ids = set(session.scalars(due))
    ids.update(session.scalars(_asking(session, sites, folded).limit(FOUND_MAX + 1)))
    return sorted(ids) if len(ids) <= FOUND_MAX else None


def kept(session: Session, site: str) -> int:
    """How many comments of the site the index holds."""
    if lock_rows(session):
        return session.scalar(select(func.count()).select_from(_grams).where(_grams.c.site == site)) or 0
    held = _numbers.join(_texts, _texts.c.rowid == _numbers.c.number)
    return session.scalar(select(func.count()).select_from(held).where(_numbers.c.site == site)) or 0


def held(session: Session, site: str) -> Subquery:
    """What the index holds of the site: `id`, and `holds`, numbers on PostgreSQL and the text itself on SQLite."""
    if lock_rows(session):
        return select(_grams.c.id, _grams.c.grams.label("holds")).where(_grams.c.site == site).subquery()
    both = _numbers.join(_texts, _texts.c.rowid == _numbers.c.number)
    return (
        select(_numbers.c.id, _texts.c.text.label("holds"))
        .select_from(both)
        .where(_numbers.c.site == site)
        .subquery()
    )


def _asking(session: Session, sites: Sequence[str], folded: str) -> Select[Any]:
    if lock_rows(session):
        holds: Any = _grams.c.grams.contains(_spread(grams(folded)))
        return select(_grams.c.id).where(holds, _grams.c.site.in_(sites))
    runs = dict.fromkeys(folded[start : start + LENGTH] for start in range(len(folded) - LENGTH + 1))
    asked = " AND ".join('"' + run.replace('"', '""') + '"' for run in _spread(list(runs)))
    matches: ColumnElement[bool] = _texts.c.search_index_texts.op("MATCH")(asked)
    # SQLite must not go through the numbers of a site and ask about each: its index of sites is of no use here.
    of_sites = func.coalesce(_numbers.c.site, _numbers.c.site).in_(sites)
    both = _texts.join(_numbers, _numbers.c.number == _texts.c.rowid)
    return select(_numbers.c.id).select_from(both).where(matches, of_sites)


def _spread(runs: Sequence[Any]) -> list[Any]:
    """At most _ASKED_MAX of them, from the whole length: more would not find less."""
    return list(runs[:: -(-len(runs) // _ASKED_MAX)])


def catch_up(session: Session, at_most: int) -> int:
    """Takes in comments that are due; returns how many. What another transaction is changing is left for later."""
    rows = session.execute(
        select(SearchDue.site, SearchDue.id, Comment.search_text)
        .join(Comment, and_(Comment.site == SearchDue.site, Comment.id == SearchDue.id))
        .order_by(SearchDue.site, SearchDue.id)
        .limit(at_most)
        .with_for_update(of=SearchDue, skip_locked=True)
    ).all()
    take_in(session, [(row[0], row[1], row[2]) for row in rows])
    for batch in batches(rows):
        mine = tuple_(SearchDue.site, SearchDue.id).in_([(row[0], row[1]) for row in batch])
        session.execute(delete(SearchDue).where(mine))
    return len(rows)


def take_in(session: Session, comments: Iterable[tuple[str, str, str]]) -> None:
    """Has the index hold stored comments (site, id, folded text) as they are now, and not as they were."""
    rows = list(comments)
    if not rows:
        return
    if lock_rows(session):
        session.execute(_PUT, [{"site": site, "id": key, "grams": grams(kept)} for site, key, kept in rows])
        return
    keys = {"keys": json.dumps([row[:2] for row in rows])}
    session.execute(_NUMBER, keys)
    session.execute(_TAKE_IN, keys)


def add(session: Session, comments: Iterable[tuple[str, str, str]]) -> None:
    """The same for many comments (site, id, folded text) that the index has never seen."""
    if not lock_rows(session):
        take_in(session, comments)
        return
    driver: Any = session.connection().connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy("COPY search_index_grams (site, id, grams) FROM STDIN") as copy,
    ):
        for site, key, folded in comments:
            copy.write_row((site, key, grams(folded)))


def put_in_order(session: Session) -> None:
    """Has PostgreSQL sort in what it only appended to its index; SQLite has done it."""
    if lock_rows(session):
        session.execute(text("SELECT gin_clean_pending_list('ix_search_index_grams')"))


def forget(session: Session, site: str, ids: Sequence[str]) -> None:
    """Takes comments out at once: nothing of their text is left in the index when the transaction ends."""
    if lock_rows(session):
        for batch in batches(ids):
            session.execute(delete(_grams).where(_grams.c.site == site, _grams.c.id.in_(batch)))
        return
    for batch in batches(ids):
        numbers = select(_numbers.c.number).where(_numbers.c.site == site, _numbers.c.id.in_(batch))
        session.execute(delete(_texts).where(_texts.c.rowid.in_(numbers)))
