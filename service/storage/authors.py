"""Queries about authors."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Integer, bindparam, select, update

from service.domain.name import look_of
from service.domain.status import Status
from service.storage import rows
from service.storage.compiled import Compiled
from service.storage.facts import KnownAuthor
from service.storage.models import Author
from service.storage.session import Session
from service.storage.upsert import insert_absent

__all__ = ["Author", "NewAuthor", "add", "by_email_index", "get", "locate", "obtain", "recount"]


_STATUSES: Final = tuple(status.value for status in Status)


@dataclass(frozen=True)
class NewAuthor:
    """What is known of an author at the first comment; the ciphertext is bound to `id`."""

    id: str
    site: str
    email_index: str
    email_ciphertext: bytes
    name: str


def by_email_index(session: Session, site: str, email_index: str) -> Author | None:
    """The author with this keyed index of an email, or None."""
    return session.scalar(select(Author).where(Author.site == site, Author.email_index == email_index))


def get(session: Session, site: str, author_id: str) -> Author | None:
    """The author, or None."""
    return session.get(Author, (site, author_id))


def locate(session: Session, author_id: str, sites: Sequence[str] | None) -> Author | None:
    """The author with this id, of these sites only (None: of any)."""
    query = select(Author).where(Author.id == author_id)
    if sites is not None:
        query = query.where(Author.site.in_(sites))
    return session.scalar(query)


def add(session: Session, new: NewAuthor, now: datetime, first: Status) -> KnownAuthor:
    """Stores the author of a first comment, which is counted. The commit raises Overtaken if there is one by then."""
    values = _values(new, now)
    rows.insert_all(session, Author, [{**values, first.value: 1}])
    return KnownAuthor(new.id, values["avatar_seed"])


def obtain(session: Session, new: NewAuthor, now: datetime) -> KnownAuthor:
    """The author of this email, made when unknown."""
    values = _values(new, now)
    if insert_absent(session, Author, values):
        return KnownAuthor(new.id, values["avatar_seed"])
    found = by_email_index(session, new.site, new.email_index)
    assert found is not None
    return KnownAuthor(found.id, found.avatar_seed)


def _values(new: NewAuthor, now: datetime) -> dict[str, Any]:
    """`avatar_seed` is random and says nothing of the email."""
    look = look_of(new.name)
    return {
        "site": new.site,
        "id": new.id,
        "email_index": new.email_index,
        "email_ciphertext": new.email_ciphertext,
        "name": new.name,
        "name_folded": look.folded,
        "name_skeleton": look.skeleton,
        "avatar_seed": secrets.token_hex(8),
        "first_seen": now,
        **dict.fromkeys(_STATUSES, 0),
    }


_RECOUNT = Compiled(
    update(Author.__table__)  # type: ignore[arg-type]
    .where(Author.__table__.c.site == bindparam("of"), Author.__table__.c.id == bindparam("author"))
    .values(
        {
            status.value: Author.__table__.c[status.value] + bindparam(f"more_{status}", type_=Integer)
            for status in Status
        }
    ),
    turn=2,
)


def recount(session: Session, site: str, changes: Mapping[str, Mapping[Status, int]]) -> None:
    """Adds to the authors' counters: {author id: {status: how many more}}."""
    # In one order everywhere, so that two transactions cannot wait in a ring.
    more = [
        {
            "of": site,
            "author": author_id,
            **{f"more_{status}": changes[author_id].get(status, 0) for status in Status},
        }
        for author_id in sorted(changes)
    ]
    session.later(_RECOUNT, more)
