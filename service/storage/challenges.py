"""Challenges that were used: each at most once, whoever sends it and however often at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, tuple_

from service.storage.models import UsedChallenge
from service.storage.session import Session
from service.storage.upsert import insert_absent


def use(session: Session, site: str, challenge: str, expires_at: datetime) -> bool:
    """Marks the challenge as used; returns False when it was. Of several at once the first to commit has it."""
    return insert_absent(session, UsedChallenge, {"site": site, "id": challenge, "expires_at": expires_at})


def drop_expired(session: Session, now: datetime, at_most: int) -> int:
    """Deletes those that could not be used any more anyway; returns how many."""
    key = tuple_(UsedChallenge.site, UsedChallenge.id)
    old = select(UsedChallenge.site, UsedChallenge.id).where(UsedChallenge.expires_at <= now).limit(at_most)
    done = session.execute(delete(UsedChallenge).where(key.in_(old)))
    return cast("CursorResult[Any]", done).rowcount
