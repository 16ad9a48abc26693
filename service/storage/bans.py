"""Queries about bans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, tuple_

from service.domain.ban import BanKind
from service.storage.models import Ban
from service.storage.session import Session
from service.storage.upsert import insert_absent

__all__ = ["Ban", "NewBan", "delete_one", "drop_expired", "listing", "locate", "save"]


@dataclass(frozen=True)
class NewBan:
    """A ban as it is made; without `expires_at` it stands until it is lifted."""

    site: str
    id: str
    kind: BanKind
    subject: str
    reason: str
    actor: str
    created_at: datetime
    expires_at: datetime | None


def save(session: Session, new: NewBan) -> Ban:
    """The ban; whoever is banned already keeps the id of that ban, with the new reason and expiry."""
    inserted = insert_absent(session, Ban, dict(vars(new)))
    found = session.scalars(
        select(Ban)
        .where(Ban.site == new.site, Ban.kind == new.kind, Ban.subject == new.subject)
        .with_for_update()
    ).one()
    if not inserted:
        found.reason, found.actor = new.reason, new.actor
        found.created_at, found.expires_at = new.created_at, new.expires_at
    return found


def listing(
    session: Session, sites: Sequence[str], kind: BanKind | None, now: datetime, page: tuple[str, int]
) -> Sequence[Ban]:
    """Bans in force, newest first; `page` is the last id seen (or empty) and how many."""
    query = select(Ban).where(Ban.site.in_(sites), or_(Ban.expires_at.is_(None), Ban.expires_at > now))
    if kind is not None:
        query = query.where(Ban.kind == kind)
    if page[0]:
        query = query.where(Ban.id < page[0])
    return session.scalars(query.order_by(Ban.id.desc()).limit(page[1])).all()


def locate(session: Session, ban_id: str, sites: Sequence[str] | None) -> Ban | None:
    """The ban with this id, of these sites only (None: of any), locked."""
    query = select(Ban).where(Ban.id == ban_id)
    if sites is not None:
        query = query.where(Ban.site.in_(sites))
    return session.scalar(query.with_for_update())


def delete_one(session: Session, ban: Ban) -> None:
    """Lifts a ban."""
    session.delete(ban)


def drop_expired(session: Session, now: datetime, at_most: int) -> int:
    """Deletes bans that have run out, and the keyed hashes in them; returns how many."""
    row = tuple_(Ban.site, Ban.id)
    old = session.execute(select(Ban.site, Ban.id).where(Ban.expires_at <= now).limit(at_most)).all()
    if old:
        session.execute(delete(Ban).where(row.in_([tuple(one) for one in old])))
    return len(old)
