"""API tokens: 256 random bits with a visible prefix, shown once, kept as SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.auth.principal import Principal
from service.domain.ids import new_id
from service.domain.role import Role
from service.storage import access
from service.storage.access import Scope
from service.storage.database import reading, transaction

MARK = "blw_"
PREFIX_LENGTH = len(MARK) + 6


@dataclass(frozen=True)
class NewToken:
    """What a token shall be: `sites` None means all sites, `days` None that it does not expire."""

    role: Role
    label: str
    sites: Sequence[str] | None
    days: int | None


def issue(new: NewToken, now: datetime) -> str:
    """Stores a new token and returns it; it cannot be read again."""
    token = MARK + secrets.token_urlsafe(32)
    with transaction() as session:
        access.add(
            session,
            access.Token(
                id=new_id(),
                digest=digest(token),
                prefix=token[:PREFIX_LENGTH],
                label=new.label,
                role=new.role,
                sites=None if new.sites is None else sorted(new.sites),
                created_at=now,
                expires_at=None if new.days is None else now + timedelta(days=new.days),
            ),
        )
    return token


def digest(token: str) -> str:
    """SHA-256 of the token, in hexadecimal: 256 random bits need no salt and no stretching.

    Looking a digest up by an index tells an attacker nothing about the token, so no constant-time compare is needed.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def principal_of(token: str, now: datetime) -> Principal | None:
    """Whoever bears this token, or None when it is not valid now."""
    if not token.startswith(MARK):
        return None
    with reading() as session:
        row = access.valid_token(session, digest(token), now)
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at > access.SEEN_EVERY:
        with transaction() as session:
            access.seen(session, row.id, now)
    return Principal(
        actor=f"token:{row.prefix}",
        role=row.role,
        scope=Scope(None if row.sites is None else tuple(row.sites)),
    )
