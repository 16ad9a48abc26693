"""The sites' breakers as moderators see and set them; and the jobs that end them and learn what is usual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from service import clock
from service.clock import hour_of, rfc3339
from service.domain.breaker import HOLDS, LEARNS_FROM, QUIET, Breaker, ceiling_of
from service.notify.breakers import note, trip
from service.storage import breakers, sites, statistics
from service.storage.database import reading, transaction
from service.storage.statistics import Span

if TYPE_CHECKING:
    from service.web.context import Services

RESET: Final = "breaker_reset"
ENDED: Final = "breaker_ended"
#: Of the rollups: comments by whether the filter holds them; the last part of the key says so.
FILTER: Final = "filter"
HELD: Final = "held"


@dataclass(frozen=True)
class Setting:
    """What a moderator wants: tripped for so long, or not; `actor` is the audit log's word for who."""

    site: str
    tripped: bool
    actor: str
    at: datetime
    lasts: timedelta = HOLDS


def listing(wanted: Sequence[str]) -> list[Breaker]:
    """The breakers of these sites, in their order."""
    with reading() as session:
        found = breakers.of_sites(session, wanted)
    return [found[site] for site in wanted]


def set_breaker(by: Setting) -> Breaker:
    """Trips it by hand, or ends it; then it does not trip by itself for half an hour. Raises Unavailable."""
    with transaction() as session:
        if by.tripped:
            return trip(session, Breaker(by.site, by=by.actor), by.at + by.lasts, by.at)
        row = breakers.lock(session, by.site)
        was_tripped = breakers.read(row).is_tripped(by.at)
        row.tripped_at, row.until, row.quiet_until = None, None, by.at + QUIET
        if was_tripped:
            told = replace(breakers.read(row), by=by.actor)
            note(session, RESET, told, by.at, {"quiet_until": rfc3339(by.at + QUIET)})
        return breakers.read(row)


def end(_services: Services, _payload: Mapping[str, Any]) -> None:
    """The job: says in the log that breakers have ended, which they do by themselves."""
    now = clock.now()
    with reading() as session:
        over = breakers.over(session, now)
    for site in over:
        with transaction() as session:
            row = breakers.lock(session, site)
            if row.tripped_at is not None and not breakers.read(row).is_tripped(now):
                row.tripped_at = None
                note(session, ENDED, replace(breakers.read(row), by="breaker"), now, {})


def learn_usual(_services: Services, _payload: Mapping[str, Any]) -> None:
    """The job: what is usual on each site, from the statistics of the last four weeks."""
    until = hour_of(clock.now())
    with reading() as session:
        slugs = sites.all_slugs(session)
    for site in slugs:
        with reading() as session:
            ceiling = _ceiling(
                statistics.by_hour(session, Span(site, until - LEARNS_FROM, until), FILTER), until
            )
            before = breakers.of_sites(session, [site])[site].ceiling
        if ceiling != before:
            with transaction() as session:
                breakers.lock(session, site).ceiling = ceiling


def breaker_view(breaker: Breaker, now: datetime) -> dict[str, Any]:
    """A breaker as moderators see it."""
    tripped = breaker.is_tripped(now)
    return {
        "site": breaker.site,
        "tripped": tripped,
        "since": _moment(breaker.tripped_at) if tripped else None,
        "until": _moment(breaker.until) if tripped else None,
        "by": breaker.by if tripped else None,
        "suspicious": breaker.suspicious if tripped else None,
        "ceiling": breaker.ceiling,
        "quiet_until": _moment(breaker.quiet_until)
        if breaker.quiet_until is not None and now < breaker.quiet_until
        else None,
    }


def _ceiling(rows: Sequence[tuple[datetime, str, int]], until: datetime) -> int:
    held: Counter[datetime] = Counter()
    for hour, key, count in rows:
        held[hour] += count if key.rpartition("|")[2] == HELD else 0
    if not rows:
        return ceiling_of((), 1)
    known = until - min(hour for hour, _, _ in rows)
    return ceiling_of([count for count in held.values() if count > 0], int(known / timedelta(hours=1)))


def _moment(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
