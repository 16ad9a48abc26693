"""Idempotency keys: who claims one answers the request; the answer is kept in the transaction that made it true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, null, update

from service.domain.errors import InFlight, KeyReused
from service.domain.kept import IDEMPOTENCY_KEYS
from service.storage.models import IdempotencyRecord
from service.storage.session import Session
from service.storage.upsert import insert_absent

# Longer than any request may run; after it a claim whose process died is free again.
LEASE = timedelta(seconds=60)
KEPT = IDEMPOTENCY_KEYS


@dataclass(frozen=True)
class Claim:
    """The right to answer a request; `key` and `request` are keyed hashes of the header and of what was sent."""

    site: str
    key: str
    request: str
    until: datetime


def kept_answer(session: Session, claim: Claim, now: datetime) -> dict[str, Any] | None:
    """The first answer, or None when there is none yet. Raises KeyReused or InFlight."""
    record = session.get(IdempotencyRecord, (claim.site, claim.key))
    if record is None or record.expires_at <= now:
        return None
    if record.request != claim.request:
        raise KeyReused("Use a new key for another request.")
    if record.answer is None:
        error = InFlight("The first request with this key has not been answered yet. Try again in a second.")
        error.headers["Retry-After"] = "1"
        raise error
    return record.answer


def take(session: Session, claim: Claim, now: datetime) -> dict[str, Any] | None:
    """Claims the key, or returns the answer that somebody else gave. Raises KeyReused or InFlight."""
    values = {"request": claim.request, "answer": null(), "expires_at": claim.until}
    if insert_absent(session, IdempotencyRecord, {"site": claim.site, "key": claim.key, **values}):
        return None
    expired = (
        update(IdempotencyRecord)
        .where(
            IdempotencyRecord.site == claim.site,
            IdempotencyRecord.key == claim.key,
            IdempotencyRecord.expires_at <= now,
        )
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if session.execute(expired).rowcount:  # type: ignore[attr-defined]
        return None
    return kept_answer(session, claim, now)


def finish(session: Session, claim: Claim, answer: dict[str, Any], now: datetime) -> None:
    """Keeps the answer. Raises InFlight when the claim ran out and somebody else has it now."""
    kept = (
        update(IdempotencyRecord)
        .where(*_mine(claim))
        .values(answer=answer, expires_at=now + KEPT)
        .execution_options(synchronize_session=False)
    )
    if not session.execute(kept).rowcount:  # type: ignore[attr-defined]
        raise InFlight("This took too long, and another request with this key is being answered.")


def release(session: Session, claim: Claim) -> None:
    """Gives the key back, after the request was refused."""
    session.execute(delete(IdempotencyRecord).where(*_mine(claim)))


def _mine(claim: Claim) -> tuple[Any, ...]:
    return (
        IdempotencyRecord.site == claim.site,
        IdempotencyRecord.key == claim.key,
        IdempotencyRecord.expires_at == claim.until,
        IdempotencyRecord.answer.is_(None),
    )
