"""Banning an author, an email domain or a network, and lifting it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from service.clock import rfc3339
from service.domain.ban import BanKind
from service.domain.errors import FieldProblem, InvalidInput, NotFound
from service.domain.ids import new_id
from service.domain.kept import NETWORK_BANS
from service.privacy.fingerprint import Fingerprints
from service.privacy.keyring import Purpose
from service.storage import authors, bans, comments, events
from service.storage.bans import Ban, NewBan
from service.storage.database import Session, transaction
from service.storage.events import NewEvent

BANNED: Final = "banned"
LIFTED: Final = "ban_lifted"
#: As long as the keyed hash of an address may be kept.
SOURCE_DAYS_MAX: Final = NETWORK_BANS.days


@dataclass(frozen=True)
class Wanted:
    """Whom to ban, by exactly one of the first four; `site` is needed for a domain or a prefix alone."""

    author: str
    email_domain: str
    ip_prefix: str
    source_of: str
    site: str
    reason: str
    expires_at: datetime | None


@dataclass(frozen=True)
class By:
    """Who does it, within which sites (None: all), and when."""

    actor: str
    sites: tuple[str, ...] | None
    at: datetime


def ban(fingerprints: Fingerprints, wanted: Wanted, by: By) -> dict[str, Any]:
    """The ban; it is in force for what is sent from now on. Raises NotFound, InvalidInput, Unavailable."""
    with transaction() as session:
        site, kind, subject = _subject(session, fingerprints, wanted, by)
        expires_at = _expiry(kind, wanted.expires_at, by.at)
        made = bans.save(
            session, NewBan(site, new_id(), kind, subject, wanted.reason, by.actor, by.at, expires_at)
        )
        events.add(session, _event(BANNED, made, by))
        session.flush()
        return ban_view(made)


def lift(ban_id: str, by: By) -> None:
    """Ends a ban; what it held waits on. Raises NotFound, Unavailable."""
    with transaction() as session:
        found = bans.locate(session, ban_id, by.sites)
        if found is None:
            raise NotFound("There is no such ban.")
        events.add(session, _event(LIFTED, found, by))
        bans.delete_one(session, found)


def ban_view(found: Ban) -> dict[str, Any]:
    """A ban as moderators see it: of a network there is nothing to show."""
    return {
        "id": found.id,
        "site": found.site,
        "kind": found.kind.value,
        "author": found.subject if found.kind is BanKind.AUTHOR else None,
        "email_domain": found.subject if found.kind is BanKind.EMAIL_DOMAIN else None,
        "reason": found.reason,
        "by": found.actor,
        "created_at": rfc3339(found.created_at),
        "expires_at": rfc3339(found.expires_at) if found.expires_at else None,
    }


def _subject(
    session: Session, fingerprints: Fingerprints, wanted: Wanted, by: By
) -> tuple[str, BanKind, str]:
    """The site, what kind of ban it is, and whom or what it meets."""
    if wanted.author:
        author = authors.locate(session, wanted.author, by.sites)
        if author is None or wanted.site not in ("", author.site):
            raise NotFound("There is no such author.")
        return author.site, BanKind.AUTHOR, author.id
    if wanted.source_of:
        comment = comments.locate(session, wanted.source_of, by.sites)
        if comment is None or wanted.site not in ("", comment.site):
            raise NotFound("There is no such comment.")
        if comment.address_fingerprint is None:
            raise _bad("source_of", "forgotten", "Where this comment came from has been forgotten.")
        return comment.site, BanKind.SOURCE, comment.address_fingerprint
    if wanted.email_domain:
        return wanted.site, BanKind.EMAIL_DOMAIN, wanted.email_domain
    return wanted.site, BanKind.SOURCE, fingerprints.of(Purpose.ADDRESS, wanted.site, wanted.ip_prefix)


def _expiry(kind: BanKind, asked: datetime | None, now: datetime) -> datetime | None:
    if asked is not None and asked <= now:
        raise _bad("expires_at", "invalid", "This is over already.")
    if kind is not BanKind.SOURCE:
        return asked
    longest = now + timedelta(days=SOURCE_DAYS_MAX)
    if asked is not None and asked > longest:
        raise _bad("expires_at", "invalid", f"A network can be banned for {SOURCE_DAYS_MAX} days at most.")
    return asked or longest


def _bad(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput([FieldProblem(field, code, message)])


def _event(kind: str, about: Ban, by: By) -> NewEvent:
    """Without the keyed hash of a network: the log is kept for longer than that may be."""
    named = {"subject": about.subject} if about.kind is not BanKind.SOURCE else {}
    until = rfc3339(about.expires_at) if about.expires_at else None
    return NewEvent(
        site=about.site,
        id=new_id(),
        kind=kind,
        actor=by.actor,
        reason="",
        note=about.reason,
        detail={"ban": about.id, "by": about.kind.value, "expires_at": until, **named},
        created_at=by.at,
    )
