"""The statistics of the spam defence: what came in, what became of it, how good the filter was."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final

from service.clock import rfc3339
from service.domain.controls import SLOW_MODE
from service.domain.status import Status
from service.ratelimit.hits import CHALLENGE_ASKED
from service.ratelimit.policies import LIMITS, Action, Effect
from service.spam import automatic
from service.spam.automatic import Standing
from service.stats import quality
from service.stats.counting import Kind
from service.stats.period import Period
from service.stats.queue import queue_view
from service.storage import rollups, sites, statistics
from service.storage.database import Session, reading
from service.storage.sites import SiteProfile

RECEIVED: Final = "received"
RATE_LIMITED: Final = "rate_limited"
CHALLENGED: Final = "challenged"
STATUSES: Final = (Status.APPROVED, Status.PENDING, Status.REJECTED, Status.SPAM)
LISTED_MAX: Final = 10
#: Limits whose refusal means that a comment was not taken.
REFUSING: Final = (
    *(
        limit.name
        for limit in LIMITS
        if limit.action in (Action.SUBMIT, Action.REFUSED_SUBMISSION) and limit.effect is Effect.REFUSE
    ),
    SLOW_MODE,
)


def spam_view(period: Period, now: datetime) -> dict[str, Any]:
    """The answer of `GET /v1/stats/spam`, all of one moment. Raises Unavailable."""
    with reading() as session:
        site = sites.profile(session, period.span.site)
    assert site is not None  # who asks reaches it
    stands = automatic.standing(site)
    with rollups.one_moment() as session:
        series = _series(session, period)
        sums = statistics.sums(session, period.span, quality.KINDS)
        return {
            "totals": _line(sum(series.values(), Counter[str]())),
            "series": [{"start": rfc3339(start), **_line(series[start])} for start in period.starts()],
            "checks": quality.checks_view(sums),
            "filter": {**quality.filter_view(sums), **rejection_view(stands, site)},
            "queue": queue_view(session, period, now),
            "top_link_domains": [
                {"domain": domain, "comments": count}
                for domain, count in statistics.top_domains(session, period.span, LISTED_MAX)
            ],
            "campaigns": [
                {"campaign": found.id, "comments": found.comments, **_by_status(found.by_status)}
                for found in statistics.campaigns(session, period.span, LISTED_MAX)
            ],
            "limits": [
                {"limit": name, "hits": hits} for name, hits in statistics.hits_by_limit(session, period.span)
            ],
        }


def rejection_view(stands: Standing, site: SiteProfile) -> dict[str, Any]:
    """Whether the filter rejects by itself, or why not yet, and what that rests on: the newest verdicts of all time."""
    return {
        "mode": "shadow" if stands.not_yet else "automatic",
        "not_yet": list(stands.not_yet),
        "review_share": site.review_share,
        "rejection": {
            "threshold": stands.threshold,
            "decided": stands.decided,
            "spam": stands.spam,
            **quality.shown_share("precision", stands.precision),
            "false_positive_rate": quality.rounded(stands.false_positive_rate),
            "false_positive_budget": site.false_positive_budget,
        },
    }


def _series(session: Session, period: Period) -> dict[datetime, Counter[str]]:
    """By the beginning of each bucket: comments by status, and refusals."""
    series = {start: Counter[str]() for start in period.starts()}
    start_of = period.bucket.start_of
    for hour, status, count in statistics.by_hour(session, period.span, Kind.STATUS):
        series[start_of(hour)].update({status: count, RECEIVED: count})
    for hour, hits in statistics.limit_hits(session, period.span, REFUSING):
        series[start_of(hour)][RATE_LIMITED] += hits
    for hour, hits in statistics.limit_hits(session, period.span, (CHALLENGE_ASKED,)):
        series[start_of(hour)][CHALLENGED] += hits
    return series


def _line(counts: Counter[str]) -> dict[str, int]:
    return {
        RECEIVED: counts[RECEIVED],
        **{status.value: counts[status.value] for status in STATUSES},
        RATE_LIMITED: counts[RATE_LIMITED],
        CHALLENGED: counts[CHALLENGED],
    }


def _by_status(counts: Counter[Status]) -> dict[str, int]:
    return {status.value: counts[status] for status in STATUSES}
