"""The sites' breakers, and how many suspicious comments came in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache

from sqlalchemy import String, bindparam, func, select

from service.domain.breaker import CEILING_MAX, Breaker
from service.storage.compiled import Compiled
from service.storage.models import Comment, Site, SiteBreaker
from service.storage.session import Session
from service.storage.upsert import insert_absent

_MEMBERS = tuple(field.name for field in fields(Breaker))


@cache
def _look() -> Compiled:
    site = bindparam("site", type_=String)
    lately = (
        select(Comment.id)
        .where(Comment.site == site, Comment.id >= bindparam("since"), Comment.score >= bindparam("score"))
        .limit(CEILING_MAX + 1)
        .subquery()
    )
    counted = select(func.count()).select_from(lately).scalar_subquery()
    columns = [SiteBreaker.__table__.c[name] for name in _MEMBERS if name != "site"]
    return Compiled(
        select(counted, *columns)
        .select_from(Site.__table__)
        .outerjoin(SiteBreaker, SiteBreaker.site == Site.slug)
        .where(Site.slug == site)
    )


def look(session: Session, site: str, since_id: str, score: float) -> tuple[Breaker, int]:
    """The breaker, and how many comments of at least that score came since the id: one statement."""
    asked = {"site": site, "since": since_id, "score": score}
    (row,) = _look().rows(session.connection(), asked)
    kept = dict(zip(_MEMBERS[1:], row[1:], strict=True))
    return (Breaker(site) if kept["ceiling"] is None else Breaker(site, **kept)), int(row[0])


def lock(session: Session, site: str) -> SiteBreaker:
    """The site's row, made when there is none, locked."""
    values = {"site": site, "ceiling": Breaker(site).ceiling, "suspicious": 0, "by": ""}
    insert_absent(session, SiteBreaker, values)
    return session.scalars(
        select(SiteBreaker)
        .where(SiteBreaker.site == site)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def read(row: SiteBreaker) -> Breaker:
    """The breaker in a row."""
    return Breaker(**{name: getattr(row, name) for name in _MEMBERS})


def of_sites(session: Session, sites: Sequence[str]) -> dict[str, Breaker]:
    """The breakers of these sites, by site; one that never tripped is there too."""
    found = {site: Breaker(site) for site in sites}
    rows = session.scalars(select(SiteBreaker).where(SiteBreaker.site.in_(sites)))
    return found | {row.site: read(row) for row in rows}


def over(session: Session, now: datetime) -> Sequence[str]:
    """The sites whose breaker has just ended and nobody said so yet."""
    query = select(SiteBreaker.site).where(SiteBreaker.tripped_at.is_not(None), SiteBreaker.until <= now)
    return session.scalars(query.order_by(SiteBreaker.site)).all()
