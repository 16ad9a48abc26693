"""Campaigns with what their comments have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from service.clock import rfc3339
from service.domain.status import Status
from service.moderation.views import written_view
from service.spam.in_common import shared_phrases
from service.storage import campaign_lists
from service.storage.campaign_lists import Group, Place
from service.storage.database import Session, reading

READ: Final = 20
EXAMPLES: Final = 3


def campaigns_view(
    sites: Sequence[str], status: Status | None, after: Place | None, limit: int
) -> tuple[list[dict[str, Any]], Place | None]:
    """Up to `limit` campaigns, largest first, and the place of the last when more follow. Raises Unavailable."""
    with reading() as session:
        found = campaign_lists.listing(session, sites, status, after, limit + 1)
        shown = found[:limit]
        views = [_view(session, group) for group in shown]
    return views, Place(shown[-1].comments, shown[-1].id) if len(found) > limit else None


def _view(session: Session, group: Group) -> dict[str, Any]:
    latest = campaign_lists.samples(session, group, READ)
    return {
        "id": group.id,
        "site": group.site,
        "bond": group.bond.value,
        "comments": group.comments,
        "by_status": {status.value: number for status, number in group.by_status.items()},
        "authors": group.authors,
        "sources": group.sources,
        "pages": group.pages,
        "phrases": shared_phrases([sample.written.body for sample in latest]),
        "link_domains": [
            {"domain": domain, "comments": number}
            for domain, number in campaign_lists.domains(session, group)
        ],
        "first_seen": rfc3339(group.first_seen),
        "last_seen": rfc3339(group.last_seen),
        "examples": [{**written_view(sample.written), "name": sample.name} for sample in latest[:EXAMPLES]],
    }
