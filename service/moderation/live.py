"""What happened in the queue just now, and who is looking at what: cheap enough to be asked every second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from service.clock import rfc3339
from service.domain.status import Status
from service.storage import claims, events, tallies
from service.storage.claims import Claim, Look
from service.storage.database import reading, transaction
from service.storage.events import Event

#: How far back an answer reaches: who asks every second can miss some answers, and a commit may take a while.
BACK: Final = timedelta(seconds=15)
CHANGES_MAX: Final = 200
#: As long as somebody who went for coffee keeps a comment marked.
CLAIMED_FOR: Final = timedelta(seconds=90)


def live_view(sites: Sequence[str], now: datetime) -> dict[str, Any]:
    """Changes of status in the last seconds, newest first; what is being looked at; how many comments wait."""
    with reading() as session:
        changed = events.changed_since(session, sites, now - BACK, CHANGES_MAX + 1)
        looks = claims.living(session, sites, now)
        pending = tallies.total(session, sites, Status.PENDING)
    return {
        "changes": [_change(event) for event in changed[:CHANGES_MAX]],
        "truncated": len(changed) > CHANGES_MAX,
        "claims": [_claim(look) for look in looks],
        "pending": pending,
    }


def look_at(sites: Sequence[str], comment: tuple[str, str] | None, actor: str, now: datetime) -> None:
    """Says what the person looks at: a site and a comment, or nothing."""
    with transaction() as session:
        if comment is None:
            claims.release(session, sites, actor)
        else:
            claims.keep(session, Look(comment[0], actor, comment[1], now, now + CLAIMED_FOR))


def _change(event: Event) -> dict[str, Any]:
    return {
        "comment": event.comment_id,
        "site": event.site,
        "kind": event.kind,
        "status": event.after.value if event.after else None,
        "version": event.version,
        "by": event.actor,
        "at": rfc3339(event.created_at),
    }


def _claim(look: Claim) -> dict[str, Any]:
    return {
        "comment": look.comment_id,
        "site": look.site,
        "by": look.actor,
        "since": rfc3339(look.since),
        "until": rfc3339(look.until),
    }
