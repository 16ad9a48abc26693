"""The statistics of the queue: what waits now, how old the queue was, and how long decisions took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from itertools import starmap
from typing import Any, Final

from service.clock import hour_of, rfc3339
from service.stats import queue_ages, waits
from service.stats.counting import Kind
from service.stats.period import Period
from service.storage import statistics
from service.storage.database import Session

SHARES: Final[Mapping[str, float]] = {"p50": 0.50, "p95": 0.95}
_UNKNOWN: Final = dict.fromkeys(SHARES)


def queue_view(session: Session, period: Period, now: datetime) -> dict[str, Any]:
    """The member `queue` of `GET /v1/stats/spam`."""
    site = period.span.site
    first = statistics.first_in_queue(session, site)
    took = _took(session, period)
    aged = _ages(session, period, now)
    return {
        "pending": statistics.pending(session, site, Kind.STATUS),
        "review_due": statistics.review_due(session, site),
        "oldest_seconds": None if first is None else _rounded(max(0.0, (now - first).total_seconds())),
        "decision_seconds": _percentiles(sum(took.values(), Counter[str]())),
        "series": [
            {
                "start": rfc3339(start),
                "age_seconds": aged.get(start, _UNKNOWN),
                "decision_seconds": _percentiles(took[start]),
            }
            for start in period.starts()
        ],
    }


def _took(session: Session, period: Period) -> defaultdict[datetime, Counter[str]]:
    """How long decisions took, by the beginning of each bucket."""
    found: defaultdict[datetime, Counter[str]] = defaultdict(Counter)
    for hour, bucket, count in statistics.by_hour(session, period.span, Kind.WAIT):
        found[period.bucket.start_of(hour)][bucket] += count
    return found


def _ages(session: Session, period: Period, now: datetime) -> dict[datetime, dict[str, float | None]]:
    """How old the queue was at the last full hour of each bucket that has begun, by the bucket's beginning."""
    latest = min(period.span.until, hour_of(now))
    ends = {start: min(start + period.bucket.length, latest) for start in period.starts()}
    known = {start: end for start, end in ends.items() if end > max(start, period.span.since)}
    found = starmap(queue_ages.waiting, statistics.seen_waiting(session, period.span))
    told = queue_ages.ages(found, list(known.values()), list(SHARES.values()))
    return {start: dict(zip(SHARES, ages, strict=True)) for start, ages in zip(known, told, strict=True)}


def _percentiles(took: Mapping[str, int]) -> dict[str, float | None]:
    return {name: _rounded(waits.percentile(took, share)) for name, share in SHARES.items()}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
