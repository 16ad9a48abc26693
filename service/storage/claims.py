"""What people of the newsroom are looking at: hints, which expire by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from service.storage.database import lock_rows
from service.storage.models import Claim
from service.storage.session import Session

__all__ = ["Claim", "Look", "keep", "living", "release"]


@dataclass(frozen=True)
class Look:
    """Somebody looks at a comment, from now until then."""

    site: str
    actor: str
    comment: str
    now: datetime
    until: datetime


def keep(session: Session, look: Look) -> None:
    """Makes this what the person is looking at; who looks on at the same comment has looked since the first time."""
    insert = postgresql.insert if lock_rows(session) else sqlite.insert
    new = insert(Claim).values(
        site=look.site, actor=look.actor, comment_id=look.comment, since=look.now, until=look.until
    )
    same = (Claim.comment_id == new.excluded.comment_id) & (Claim.until > look.now)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["site", "actor"],
            set_={
                "comment_id": new.excluded.comment_id,
                "until": new.excluded.until,
                "since": case((same, Claim.since), else_=new.excluded.since),
            },
        )
    )


def release(session: Session, sites: Sequence[str], actor: str) -> None:
    """The person looks at nothing any more."""
    session.execute(delete(Claim).where(Claim.site.in_(sites), Claim.actor == actor))


def living(session: Session, sites: Sequence[str], now: datetime) -> Sequence[Claim]:
    """What is being looked at, the longest first."""
    return session.scalars(
        select(Claim).where(Claim.site.in_(sites), Claim.until > now).order_by(Claim.since, Claim.actor)
    ).all()
