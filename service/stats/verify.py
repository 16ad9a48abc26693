"""Compares the rollups with what the raw tables say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.clock import rfc3339
from service.domain.errors import Unavailable
from service.stats.catch_up import added_by, catch_up, from_raw
from service.stats.counting import RULES
from service.storage import drift, rollups
from service.storage.rollups import Tally

ALL = 1_000_000


@dataclass(frozen=True)
class Verified:
    """How much was compared, and one line for each difference."""

    comments: int
    counters: int
    differences: tuple[str, ...]


def verify(site: str) -> Verified:
    """Counts the site from its raw tables, all of one moment, and compares all that is kept. Raises Unavailable."""
    catch_up(site)
    with rollups.one_moment() as session:
        if rollups.standing(session, site).counted_as != RULES:
            raise Unavailable("The statistics are being counted anew. Try again shortly.")
        counted = from_raw(session, site)
        kept = rollups.kept(session, site)
        kept.update(added_by(rollups.take(session, site, ALL)))  # what came in since, and waits to be counted
        wrong = (*_different(kept, counted), *drift.differences(session, site))
        return Verified(drift.comments(session, site), len(counted), wrong)


def _different(kept: Tally, counted: Tally) -> Iterator[str]:
    for cell in sorted({*kept, *counted}, key=lambda cell: (cell.kind, cell.hour, cell.key)):
        if kept[cell] != counted[cell]:
            yield f"statistics {cell.kind} {rfc3339(cell.hour)} {cell.key}: {kept[cell]}, not {counted[cell]}"
