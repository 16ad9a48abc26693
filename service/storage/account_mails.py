"""Queries about mail to the newsroom: who wants which, and what happened since they were told last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update

from service.domain.mail import MailKind
from service.domain.status import Status
from service.storage import mails
from service.storage.mails import Order
from service.storage.models import Account, AccountMail, Campaign, Comment, Event
from service.storage.session import Session

__all__ = ["AccountMail"]

HOLDING = ("submitted", "edited")


@dataclass(frozen=True)
class Window:
    """What time is looked at, on which sites: after `since` up to and with `until`."""

    sites: Sequence[str]
    since: datetime
    until: datetime


def get(session: Session, account_id: str) -> AccountMail | None:
    """Where and about what this account is written to, or None."""
    return session.get(AccountMail, account_id, populate_existing=True)


def account(session: Session, account_id: str) -> Account | None:
    """The account, unless it is disabled or gone."""
    found = session.get(Account, account_id, populate_existing=True)
    return found if found is not None and found.disabled_at is None else None


def every(session: Session) -> Sequence[AccountMail]:
    """All of them, locked, for whoever changes the key of their addresses."""
    return session.scalars(select(AccountMail).order_by(AccountMail.account_id).with_for_update()).all()


def put(session: Session, row: AccountMail) -> None:
    """Stores it, in the place of what was there."""
    session.merge(row)


def remove(session: Session, account_id: str) -> bool:
    """Forgets the address; returns whether there was one."""
    found = session.get(AccountMail, account_id)
    if found is None:
        return False
    session.delete(found)
    return True


def due(session: Session, before: datetime) -> list[tuple[AccountMail, Account]]:
    """Those who may be written to now: confirmed, not disabled, not told since `before`."""
    rows = session.execute(
        select(AccountMail, Account)
        .join(Account, Account.id == AccountMail.account_id)
        .where(
            Account.disabled_at.is_(None),
            AccountMail.confirmed_at.is_not(None),
            or_(AccountMail.told_at.is_(None), AccountMail.told_at <= before),
        )
        .order_by(AccountMail.account_id)
    )
    return [(row, of) for row, of in rows]


def order_digest(session: Session, row: AccountMail, window: Window, now: datetime, every: timedelta) -> bool:
    """Takes the account's turn and orders the mail about `window`; False when another worker was first."""
    taken = session.execute(
        update(AccountMail)
        .where(
            AccountMail.account_id == row.account_id,
            AccountMail.seen_until == row.seen_until,
            or_(AccountMail.told_at.is_(None), AccountMail.told_at <= now - every),
        )
        .values(told_at=now, seen_until=window.until)
        .returning(AccountMail.account_id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        return False
    detail = {"since": window.since.isoformat(), "until": window.until.isoformat()}
    mails.order(session, Order(MailKind.DESK, account=row.account_id), now, detail)
    return True


def holds(session: Session, window: Window, at_most: int) -> tuple[list[Comment], int]:
    """The first comments that began to wait in this time and wait still, and how many there are."""
    began = (
        select(Event.comment_id)
        .where(
            *_within(window, Event.id),
            Event.site.in_(window.sites),
            Event.kind.in_(HOLDING),
            Event.created_at > window.since,
            Event.created_at <= window.until,
        )
        .distinct()
    )
    waiting = (
        Comment.site.in_(window.sites),
        Comment.status == Status.PENDING,
        Comment.id.in_(began),
    )
    total = session.scalar(select(func.count()).select_from(Comment).where(*waiting)) or 0
    found = session.scalars(select(Comment).where(*waiting).order_by(Comment.id).limit(at_most))
    return list(found), total


def campaigns(session: Session, window: Window) -> int:
    """How many campaigns began."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Campaign)
            .where(
                Campaign.site.in_(window.sites),
                Campaign.created_at > window.since,
                Campaign.created_at <= window.until,
            )
        )
        or 0
    )


def events(session: Session, window: Window, kinds: Collection[str], at_most: int) -> list[Event]:
    """The first events of these kinds."""
    return list(
        session.scalars(
            select(Event)
            .where(
                *_within(window, Event.id),
                Event.site.in_(window.sites),
                Event.kind.in_(sorted(kinds)),
                Event.created_at > window.since,
                Event.created_at <= window.until,
            )
            .order_by(Event.id)
            .limit(at_most)
        )
    )


def _within(window: Window, column: Any) -> tuple[Any, ...]:
    """Ids begin with the time of their making in milliseconds: the index by id finds the beginning."""
    early = window.since - timedelta(minutes=1)
    return (column >= f"{int(early.timestamp() * 1000):012x}",)
