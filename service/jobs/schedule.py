"""Periodic jobs: one row each, which is never done, only due again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from service.jobs.registry import Kind
from service.storage import jobs
from service.storage.database import transaction


def ensure(kinds: Iterable[Kind], now: datetime) -> None:
    """Adds the rows that are missing, due at once."""
    with transaction() as session:
        for kind in kinds:
            if kind.every_seconds is not None:
                jobs.add(session, jobs.NewJob(kind.name, now, {}, once=f"periodic:{kind.name}"))


def next_run(kind: Kind, now: datetime) -> datetime | None:
    """When the kind is due again, or None for one that is not periodic."""
    return None if kind.every_seconds is None else now + timedelta(seconds=kind.every_seconds)
