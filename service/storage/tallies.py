"""Counts of comments by site and status that are true at every commit, and cheap however many there are."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from service.domain.status import Status
from service.storage.compiled import Compiled
from service.storage.database import lock_rows
from service.storage.models import Tally
from service.storage.session import Session

#: So many transactions may change the count of one site at once without waiting for each other.
SLOTS: Final = 32


def move(session: Session, site: str, more: Mapping[Status, int]) -> None:
    """Adds to the counts, in the transaction of what is counted; one slot a transaction, statuses in one order."""
    rows = [(status, more[status]) for status in Status if more.get(status)]
    if not rows:
        return
    slot = random.randrange(SLOTS)  # noqa: S311 - which slot is nobody's secret
    values: list[dict[str, Any]] = [
        {"site": site, "status": status, "slot": slot, "comments": number} for status, number in rows
    ]
    session.later(_statement(lock_rows(session)), values)


@cache
def _statement(postgres: bool) -> Compiled:
    table: Any = Tally.__table__
    new = postgresql.insert(table) if postgres else sqlite.insert(table)
    added = new.on_conflict_do_update(
        index_elements=["site", "status", "slot"],
        set_={"comments": table.c.comments + new.excluded.comments},
    )
    return Compiled(added, ("site", "status", "slot", "comments"), turn=3)


def total(session: Session, sites: Sequence[str], status: Status) -> int:
    """How many comments of the status the sites have."""
    query = select(func.sum(Tally.comments)).where(Tally.site.in_(sites), Tally.status == status)
    return int(session.scalar(query) or 0)
