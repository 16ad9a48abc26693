"""How often rate limits refused, by site, limit and hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from service.storage.database import lock_rows
from service.storage.models import LimitHits
from service.storage.session import Session


@dataclass(frozen=True)
class Refusals:
    """`count` refusals by one limit of one site (empty: unknown) in the hour that begins at `hour`."""

    site: str
    limit: str
    hour: datetime
    count: int


def store(session: Session, counted: Iterable[Refusals]) -> None:
    """Adds to what is stored already."""
    insert = postgresql.insert if lock_rows(session) else sqlite.insert
    # in one order everywhere, so that two processes cannot wait in a ring
    for row in sorted(counted, key=lambda row: (row.site, row.hour, row.limit)):
        new = insert(LimitHits).values(site=row.site, hour=row.hour, name=row.limit, hits=row.count)
        session.execute(
            new.on_conflict_do_update(
                index_elements=["site", "hour", "name"], set_={"hits": LimitHits.hits + new.excluded.hits}
            )
        )
