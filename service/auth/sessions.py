"""Sessions of people in a browser: 256 random bits in a cookie, kept as SHA-256, ended by idleness or age."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.auth.principal import Principal
from service.domain.kept import SESSIONS
from service.domain.role import Role, Stage
from service.storage import sessions
from service.storage.access import Account, Scope
from service.storage.database import Session, reading, transaction
from service.storage.sessions import LoginSession, Since

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = SESSIONS
# Whoever types the code or looks for the telephone has this long.
SIGNING_IN: Final = timedelta(minutes=10)
SEEN_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """A session at work. `csrf` is what its pages send back; nobody else can make it."""

    digest: str
    account_id: str
    login: str
    role: Role
    sites: tuple[str, ...] | None
    language: str
    has_factor: bool
    stage: Stage
    csrf: str
    enrolling: bytes | None

    @property
    def principal(self) -> Principal:
        """The account as the caller of the API."""
        return Principal(f"account:{self.login}", self.role, Scope(self.sites), self.account_id)

    def confirms(self, csrf: str) -> bool:
        """Whether the text is this session's CSRF token."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode("utf-8", "surrogatepass"))


def begin(session: Session, account_id: str, stage: Stage, now: datetime) -> str:
    """Stores a new session and returns what its cookie holds; it cannot be read again."""
    token = secrets.token_urlsafe(32)
    sessions.add(
        session,
        LoginSession(digest=digest(token), account_id=account_id, stage=stage, created_at=now, seen_at=now),
    )
    return token


def digest(token: str) -> str:
    """SHA-256 of the cookie, in hexadecimal: random bits need no salt and no stretching."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(token: str) -> str:
    """The CSRF token of a session: follows from the cookie, and does not lead back to it."""
    return hashlib.sha256(b"csrf\0" + token.encode("utf-8", "surrogatepass")).hexdigest()


def signed_in(token: str, now: datetime, *, background: bool = False) -> SignedIn | None:
    """Whoever has this cookie, or None when the session has ended. What a page asks by itself keeps nobody awake."""
    if not token:
        return None
    with reading() as session:
        found = sessions.live(session, digest(token), Since(now - LONGEST, now - IDLE))
    if found is None:
        return None
    row, account = found
    if row.stage is not Stage.FULL and now - row.created_at > SIGNING_IN:
        return None
    if not background and now - row.seen_at > SEEN_EVERY:
        with transaction() as session:
            sessions.seen(session, row.digest, now)
    return _of(row, account, csrf_of(token))


def living(account_id: str, now: datetime) -> int:
    """How many sessions an account has."""
    with reading() as session:
        return sessions.number(session, account_id, Since(now - LONGEST, now - IDLE))


def _of(row: LoginSession, account: Account, csrf: str) -> SignedIn:
    return SignedIn(
        digest=row.digest,
        account_id=account.id,
        login=account.login,
        role=account.role,
        sites=None if account.sites is None else tuple(account.sites),
        language=account.language,
        has_factor=account.factor is not None,
        stage=row.stage,
        csrf=csrf,
        enrolling=row.factor,
    )
