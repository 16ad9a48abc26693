"""Queries about accounts and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from service.storage.models import Account, Token
from service.storage.session import Session

__all__ = [
    "Account",
    "Token",
    "account",
    "account_by_login",
    "accounts",
    "add",
    "lock_account",
    "revoke",
    "revoke_one",
    "seen",
    "tokens",
    "valid_token",
]

SEEN_EVERY = timedelta(minutes=1)


def valid_token(session: Session, digest: str, now: datetime) -> Token | None:
    """The token with this digest, unless it is expired, revoked, or its account is disabled."""
    return session.scalar(
        select(Token)
        .outerjoin(Account, Account.id == Token.account_id)
        .where(
            Token.digest == digest,
            Token.revoked_at.is_(None),
            or_(Token.expires_at.is_(None), Token.expires_at > now),
            Account.disabled_at.is_(None),
        )
    )


def seen(session: Session, token_id: str, now: datetime) -> None:
    """Notes that a token was used."""
    session.execute(update(Token).where(Token.id == token_id).values(last_used_at=now))


def account_by_login(session: Session, login: str) -> Account | None:
    """The account, or None."""
    return session.scalar(select(Account).where(Account.login == login))


def account(session: Session, account_id: str) -> Account | None:
    """The account, or None."""
    return session.get(Account, account_id)


def lock_account(session: Session, account_id: str) -> Account | None:
    """The account, locked and freshly read, or None."""
    return session.scalar(
        select(Account)
        .where(Account.id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def accounts(session: Session) -> Sequence[Account]:
    """All accounts by login."""
    return session.scalars(select(Account).order_by(Account.login)).all()


def accounts_with_factor(session: Session) -> Sequence[Account]:
    """Those who sign in with a second factor."""
    return session.scalars(select(Account).where(Account.factor.is_not(None)).order_by(Account.id)).all()


def tokens(session: Session) -> Sequence[Token]:
    """All tokens, newest first; digests only, a token itself is never stored."""
    return session.scalars(select(Token).order_by(Token.id.desc())).all()


def revoke(session: Session, prefix: str, now: datetime) -> int:
    """Revokes the tokens with this visible prefix; returns how many."""
    found = session.scalars(select(Token).where(Token.prefix == prefix, Token.revoked_at.is_(None))).all()
    for token in found:
        token.revoked_at = now
    return len(found)


def revoke_one(session: Session, token_id: str, now: datetime) -> Token | None:
    """Revokes this token, if it is not revoked yet; returns it, or None when there is none."""
    token = session.get(Token, token_id)
    if token is not None and token.revoked_at is None:
        token.revoked_at = now
    return token


def add(session: Session, row: Account | Token) -> None:
    """Stores an account or a token."""
    session.add(row)


@dataclass(frozen=True)
class Scope:
    """The sites that a credential reaches; None means all."""

    sites: tuple[str, ...] | None

    def includes(self, site: str) -> bool:
        return self.sites is None or site in self.sites
