"""The statistics of the desk: who decided how much, and how often somebody else turned it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from service.clock import rfc3339
from service.domain.shares import Reviewed, share
from service.domain.status import Decision
from service.stats.counting import Kind
from service.stats.period import Period
from service.stats.quality import shown_share
from service.storage import rollups, statistics
from service.storage.database import Session

DECIDED: Final = "decided"
_WORDS: Final = {decision.status.value: decision.value for decision in Decision}


@dataclass
class _Work:
    """What one moderator, or all, did."""

    done: Counter[str] = field(default_factory=Counter)
    overturned: int = 0
    revised: int = 0

    def view(self) -> dict[str, Any]:
        decided = self.done.total()
        stood = Reviewed({1.0: decided - self.overturned})
        return {
            DECIDED: decided,
            **{word: self.done[word] for word in _WORDS.values()},
            "overturned": self.overturned,
            "revised": self.revised,
            **shown_share("agreement", share(stood, Reviewed({1.0: self.overturned}))),
        }


def moderation_view(period: Period) -> dict[str, Any]:
    """The answer of `GET /v1/stats/moderation`, all of one moment. Raises Unavailable."""
    with rollups.one_moment() as session:
        sums = statistics.sums(session, period.span, (Kind.WORK, Kind.OVERTURNED, Kind.REVISED))
        series = _series(session, period)
    people, reasons = _people(sums), _reasons(sums[Kind.WORK])
    everybody = _Work(
        sum((work.done for work in people.values()), Counter()),
        sum(work.overturned for work in people.values()),
        sum(work.revised for work in people.values()),
    )
    by_work = sorted(people, key=lambda actor: (-people[actor].done.total(), actor))
    return {
        "totals": everybody.view(),
        "series": [
            {"start": rfc3339(start), DECIDED: done.total(), **{word: done[word] for word in _WORDS.values()}}
            for start, done in series.items()
        ],
        "moderators": [{"moderator": actor, **people[actor].view()} for actor in by_work],
        "reasons": [
            {"decision": decision, "reason": reason, "count": count}
            for (decision, reason), count in sorted(reasons.items(), key=lambda line: (-line[1], line[0]))
        ],
    }


def _people(sums: Mapping[str, Counter[str]]) -> dict[str, _Work]:
    people: dict[str, _Work] = defaultdict(_Work)
    for key, count in sums[Kind.WORK].items():
        status, _, actor = key.split("|", 2)
        if count:
            people[actor].done[_WORDS[status]] += count
    for actor, work in people.items():
        work.overturned = sums[Kind.OVERTURNED][actor]
        work.revised = sums[Kind.REVISED][actor]
    return people


def _reasons(counts: Counter[str]) -> Counter[tuple[str, str]]:
    reasons: Counter[tuple[str, str]] = Counter()
    for key, count in counts.items():
        status, reason, _ = key.split("|", 2)
        if count:
            reasons[_WORDS[status], reason] += count
    return reasons


def _series(session: Session, period: Period) -> dict[datetime, Counter[str]]:
    series = {start: Counter[str]() for start in period.starts()}
    for hour, key, count in statistics.by_hour(session, period.span, Kind.WORK):
        series[period.bucket.start_of(hour)][_WORDS[key.partition("|")[0]]] += count
    return series
