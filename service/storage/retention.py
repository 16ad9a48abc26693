"""Forgetting what must not be kept longer, a bounded number of rows at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, tuple_, update

from service.storage.models import Comment, IdempotencyRecord
from service.storage.session import Session


def drop_idempotency_keys(session: Session, now: datetime, at_most: int) -> int:
    """Deletes keys that expired; returns how many."""
    key = tuple_(IdempotencyRecord.site, IdempotencyRecord.key)
    expired = (
        select(IdempotencyRecord.site, IdempotencyRecord.key)
        .where(IdempotencyRecord.expires_at <= now)
        .limit(at_most)
    )
    return _rows(session.execute(delete(IdempotencyRecord).where(key.in_(expired))))


def forget_addresses(session: Session, before: datetime, at_most: int) -> int:
    """Removes the address's keyed hash from comments made earlier than `before`; returns from how many."""
    old = (
        select(Comment.site, Comment.id)
        .where(Comment.address_fingerprint.is_not(None), Comment.created_at < before)
        .order_by(Comment.created_at)
        .limit(at_most)
    )
    return _rows(
        session.execute(
            update(Comment)
            .where(tuple_(Comment.site, Comment.id).in_(old), Comment.address_fingerprint.is_not(None))
            .values(address_fingerprint=None)
            .execution_options(synchronize_session=False)
        )
    )


def _rows(result: object) -> int:
    return cast("CursorResult[Any]", result).rowcount
