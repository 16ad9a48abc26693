"""Measures how fast and how risky pages' comments come; ids carry the time, so each look is a range of the key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, exists, func, insert, select

from service.domain.heat import RISKY_FROM, USUAL_OVER, WINDOW, Heat, usual_pace
from service.domain.ids import id_floor
from service.storage.models import Comment, Page, PageHeat, Site
from service.storage.session import Session

#: The first seven digits of an id count parts of 2**20 milliseconds, about 17 minutes.
PART_DIGITS = 7
PART_SECONDS = (1 << 20) / 1000


@dataclass
class _Before:
    """What a site received before the window: by page and part of the time, and how much of it was risky."""

    cells: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    received: int = 0
    risky: int = 0

    def usual_of(self, page_id: str, hours: float) -> float:
        window = WINDOW.total_seconds()
        own = sum(self.cells.get(page_id, ())) * window / (hours * 3600)
        others = [
            count * window / PART_SECONDS
            for page, counts in self.cells.items()
            if page != page_id
            for count in counts
        ]
        return usual_pace(own, others)

    @property
    def usual_share(self) -> float:
        return self.risky / self.received if self.received else 0.0


def active_sites(session: Session, now: datetime) -> list[str]:
    """The sites that received something in the window, and those whose last measurement has to go."""
    came = exists().where(Comment.site == Site.slug, Comment.id >= id_floor(now - WINDOW))
    measured = exists().where(PageHeat.site == Site.slug)
    return list(session.scalars(select(Site.slug).where(came | measured).order_by(Site.slug)))


def measured(session: Session, site: str, now: datetime) -> dict[str, Heat]:
    """The heat of each page of the site that received something in the window, by its id."""
    now_rows = session.execute(
        select(Comment.page_id, func.count(), _risky())
        .where(Comment.site == site, Comment.id >= id_floor(now - WINDOW))
        .group_by(Comment.page_id)
    ).all()
    if not now_rows:
        return {}
    before = _before(session, site, now)
    made = _made(session, site, [page_id for page_id, _, _ in now_rows])
    return {
        page_id: Heat(
            received=received,
            risky=int(risky),
            usual=before.usual_of(page_id, _hours(made[page_id], now)),
            usual_share=before.usual_share,
        )
        for page_id, received, risky in now_rows
    }


def _before(session: Session, site: str, now: datetime) -> _Before:
    part = func.substr(Comment.id, 1, PART_DIGITS)
    rows = session.execute(
        select(Comment.page_id, func.count(), _risky())
        .where(
            Comment.site == site,
            Comment.id >= id_floor(now - WINDOW - USUAL_OVER),
            Comment.id < id_floor(now - WINDOW),
        )
        .group_by(Comment.page_id, part)
    )
    before = _Before()
    for page_id, received, risky in rows:
        before.cells[page_id].append(received)
        before.received += received
        before.risky += int(risky)
    return before


def _risky() -> Any:
    return func.coalesce(func.sum(case((Comment.score >= RISKY_FROM, 1), else_=0)), 0)


def _made(session: Session, site: str, page_ids: list[str]) -> dict[str, datetime]:
    rows = session.execute(select(Page.id, Page.created_at).where(Page.site == site, Page.id.in_(page_ids)))
    return dict(rows.all())


def _hours(made_at: datetime, now: datetime) -> float:
    """How long the page was there before the window, at most as long as is looked at, at least one window."""
    there = min(now - WINDOW - made_at, USUAL_OVER)
    return max(there, WINDOW).total_seconds() / 3600


def keep(session: Session, site: str, heats: Mapping[str, Heat], now: datetime) -> None:
    """Puts these measurements in the place of the site's last ones."""
    session.execute(delete(PageHeat).where(PageHeat.site == site))
    rows = [
        {
            "site": site,
            "page_id": page_id,
            "degree": heat.degree,
            "received": heat.received,
            "risky": heat.risky,
            "usual": heat.usual,
            "usual_share": heat.usual_share,
            "measured_at": now,
        }
        for page_id, heat in sorted(heats.items())
    ]
    if rows:
        session.execute(insert(PageHeat), rows)
