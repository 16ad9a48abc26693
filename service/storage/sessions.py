"""Queries about the sessions of people in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from service.storage.models import Account, LoginSession
from service.storage.session import Session

__all__ = [
    "LoginSession",
    "Since",
    "add",
    "drop_ended",
    "end",
    "end_all",
    "keep_factor",
    "live",
    "number",
    "seen",
]


@dataclass(frozen=True)
class Since:
    """A session lives when it began after `begun` and was used after `used`."""

    begun: datetime
    used: datetime


def add(session: Session, row: LoginSession) -> None:
    """Stores a session."""
    session.add(row)


def live(session: Session, digest: str, since: Since) -> tuple[LoginSession, Account] | None:
    """The session with its account, unless it has ended or the account is disabled."""
    row = session.execute(
        select(LoginSession, Account)
        .join(Account, Account.id == LoginSession.account_id)
        .where(
            LoginSession.digest == digest,
            LoginSession.created_at > since.begun,
            LoginSession.seen_at > since.used,
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def seen(session: Session, digest: str, now: datetime) -> None:
    """Notes that somebody was at work."""
    session.execute(update(LoginSession).where(LoginSession.digest == digest).values(seen_at=now))


def keep_factor(session: Session, digest: str, factor: bytes) -> None:
    """Keeps the encrypted secret that is being set up in this session."""
    session.execute(update(LoginSession).where(LoginSession.digest == digest).values(factor=factor))


def number(session: Session, account_id: str, since: Since) -> int:
    """How many sessions of the account live."""
    rows = session.scalars(
        select(LoginSession.digest).where(
            LoginSession.account_id == account_id,
            LoginSession.created_at > since.begun,
            LoginSession.seen_at > since.used,
        )
    )
    return len(rows.all())


def end(session: Session, digest: str) -> None:
    """Ends one session."""
    session.execute(delete(LoginSession).where(LoginSession.digest == digest))


def end_all(session: Session, account_id: str) -> None:
    """Ends every session of an account."""
    session.execute(delete(LoginSession).where(LoginSession.account_id == account_id))


def drop_ended(session: Session, begun_before: datetime, at_most: int) -> int:
    """Deletes sessions that began so long ago that none of them lives; returns how many."""
    old = select(LoginSession.digest).where(LoginSession.created_at <= begun_before).limit(at_most)
    result = session.execute(delete(LoginSession).where(LoginSession.digest.in_(old)))
    return cast("CursorResult[Any]", result).rowcount
