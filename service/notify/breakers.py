"""Trips a site's breaker, and tells the desk: the log and the webhooks."""

from __future__ import annotations

from datetime import datetime

from service.clock import rfc3339
from service.domain.announcement import News
from service.domain.breaker import Breaker
from service.domain.ids import new_id
from service.notify.announcing import announce
from service.storage import breakers, events
from service.storage.database import Session

TRIPPED = "breaker_tripped"


def trip(session: Session, breaker: Breaker, until: datetime, now: datetime) -> Breaker:
    """Trips it, or keeps it tripped for longer, which is not news. `breaker.by` is who does it."""
    row = breakers.lock(session, breaker.site)
    fresh = not breakers.read(row).is_tripped(now)
    row.until, row.quiet_until = until, None
    if fresh:
        row.tripped_at, row.suspicious, row.by = now, breaker.suspicious, breaker.by
        detail = {"suspicious": breaker.suspicious, "ceiling": row.ceiling, "until": rfc3339(until)}
        note(session, TRIPPED, breakers.read(row), now, detail)
        announce(session, breaker.site, News.BREAKER_TRIPPED, detail)
    return breakers.read(row)


def note(session: Session, kind: str, breaker: Breaker, now: datetime, detail: dict[str, object]) -> None:
    """Writes into the log of the site what happened to its breaker."""
    events.add(
        session,
        events.NewEvent(
            site=breaker.site,
            id=new_id(),
            kind=kind,
            actor=breaker.by,
            reason="",
            note="",
            detail=detail,
            created_at=now,
        ),
    )
