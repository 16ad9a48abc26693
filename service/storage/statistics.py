"""What the statistics read: counters of whole hours, and the few things that are small enough to be counted live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute

from service.domain.status import Status
from service.storage import rollups
from service.storage.models import Comment, LimitHits, LinkedDomain, Rollup
from service.storage.session import Session


@dataclass(frozen=True)
class Span:
    """Whole hours of one site: from the first moment on, up to and without the last."""

    site: str
    since: datetime
    until: datetime

    def of(self, column: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
        return (column >= self.since) & (column < self.until)


@dataclass(frozen=True)
class CampaignCount:
    """How many comments of a campaign there are, by status."""

    id: str
    by_status: Counter[Status]

    @property
    def comments(self) -> int:
        return self.by_status.total()


def sums(session: Session, span: Span, kinds: Collection[str]) -> dict[str, Counter[str]]:
    """How many there are of each key, by kind."""
    found: dict[str, Counter[str]] = {str(kind): Counter() for kind in kinds}
    rows = session.execute(
        select(Rollup.kind, Rollup.key, func.sum(Rollup.count))
        .where(Rollup.site == span.site, Rollup.kind.in_([str(kind) for kind in kinds]), span.of(Rollup.hour))
        .group_by(Rollup.kind, Rollup.key)
    )
    for kind, key, count in rows:
        found[kind][key] = int(count)
    return found


def by_hour(session: Session, span: Span, kind: str) -> list[tuple[datetime, str, int]]:
    """Hour, key and how many there are, for one kind."""
    rows = session.execute(
        select(Rollup.hour, Rollup.key, Rollup.count).where(
            Rollup.site == span.site, Rollup.kind == str(kind), span.of(Rollup.hour)
        )
    )
    return [(hour, key, count) for hour, key, count in rows]


def seen_waiting(session: Session, span: Span) -> list[tuple[rollups.Cell, int]]:
    """What tells of comments that waited in this time: those that wait still, and those that left the queue since."""
    kind = Rollup.kind
    rows = session.execute(
        select(kind, Rollup.hour, Rollup.key, Rollup.count).where(
            Rollup.site == span.site,
            ((kind == rollups.WAITS) & (Rollup.hour < span.until))
            | ((kind == rollups.LEFT) & (Rollup.hour > span.since)),
            Rollup.count > 0,
        )
    )
    return [(rollups.Cell(kind, hour, key), count) for kind, hour, key, count in rows]


def limit_hits(session: Session, span: Span, names: Sequence[str]) -> list[tuple[datetime, int]]:
    """Hour, and how often these limits refused."""
    rows = session.execute(
        select(LimitHits.hour, func.sum(LimitHits.hits))
        .where(LimitHits.site == span.site, LimitHits.name.in_(names), span.of(LimitHits.hour))
        .group_by(LimitHits.hour)
    )
    return [(hour, int(hits)) for hour, hits in rows]


def hits_by_limit(session: Session, span: Span) -> list[tuple[str, int]]:
    """How often each limit was met, most first."""
    number: Any = func.sum(LimitHits.hits)
    rows = session.execute(
        select(LimitHits.name, number)
        .where(LimitHits.site == span.site, span.of(LimitHits.hour))
        .group_by(LimitHits.name)
        .order_by(number.desc(), LimitHits.name)
    )
    return [(name, int(hits)) for name, hits in rows]


def pending(session: Session, site: str, kind: str) -> int:
    """How many comments wait, whenever they came; `kind` is the one whose keys are statuses."""
    query = select(func.sum(Rollup.count)).where(
        Rollup.site == site, Rollup.kind == str(kind), Rollup.key == Status.PENDING.value
    )
    return int(session.scalar(query) or 0)


def review_due(session: Session, site: str) -> int:
    """How many published comments are due for review."""
    query = select(func.count()).select_from(Comment)
    return session.scalar(query.where(Comment.site == site, literal_column("comments.review_due"))) or 0


def first_in_queue(session: Session, site: str) -> datetime | None:
    """When the comment that is first in the queue was sent."""
    waiting = select(Comment.created_at).where(Comment.site == site, Comment.status == Status.PENDING)
    return session.scalar(waiting.order_by(Comment.id).limit(1))


def top_domains(session: Session, span: Span, limit: int) -> list[tuple[str, int]]:
    """The domains that most comments link to, and how many do."""
    number: Any = func.count()
    rows = session.execute(
        select(LinkedDomain.domain, number)
        .where(LinkedDomain.site == span.site, span.of(LinkedDomain.hour))
        .group_by(LinkedDomain.domain)
        .order_by(number.desc(), LinkedDomain.domain)
        .limit(limit)
    )
    return [(domain, count) for domain, count in rows]


def campaigns(session: Session, span: Span, limit: int) -> list[CampaignCount]:
    """The largest campaigns, largest first."""
    number: Any = func.count()
    of_span = (Comment.site == span.site, Comment.campaign.is_not(None), span.of(Comment.created_at))
    largest = session.execute(
        select(Comment.campaign, number)
        .where(*of_span)
        .group_by(Comment.campaign)
        .order_by(number.desc(), Comment.campaign)
        .limit(limit)
    )
    counted = {campaign: Counter[Status]() for campaign, _ in largest}
    rows = session.execute(
        select(Comment.campaign, Comment.status, number)
        .where(*of_span, Comment.campaign.in_(list(counted)))
        .group_by(Comment.campaign, Comment.status)
    )
    for campaign, status, count in rows:
        counted[campaign][status] = count
    return [CampaignCount(str(campaign), by_status) for campaign, by_status in counted.items()]
