"""Pages as the desk sees them: listed with what is set on them and how hot they are, and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from service.domain.status import Status
from service.storage import pages
from service.storage.models import Comment, Page, PageHeat, Site
from service.storage.session import Session

__all__ = ["Page", "PageFilter", "PageSeen", "listing", "lock", "one", "past_age", "raise_version"]


class PageOrder(StrEnum):
    """`heat` lists only pages that received something in the last minutes."""

    HEAT = "heat"
    NEWEST = "newest"


class PageState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    SLOW = "slow"
    HELD = "held"


@dataclass(frozen=True)
class PageFilter:
    """Which pages; empty means any. `key` is a page's canonical key."""

    sites: tuple[str, ...]
    key: str = ""
    state: PageState | None = None
    after_id: str = ""
    after_degree: float = 0.0
    limit: int = 50


@dataclass(frozen=True)
class PageSeen:
    """A page with its measurement, if it has one, and how many of its comments wait."""

    page: Page
    heat: PageHeat | None
    pending: int = 0


def listing(session: Session, wanted: PageFilter, order: PageOrder) -> list[PageSeen]:
    """Pages after the keyset position, one more than `limit` when there are more."""
    query = _joined(outer=order is not PageOrder.HEAT).where(Page.site.in_(wanted.sites))
    if wanted.key:
        query = query.where(Page.key == wanted.key)
    if wanted.state is not None:
        query = query.where(_in_state(wanted.state))
    if order is PageOrder.HEAT:
        if wanted.after_id:
            beyond = and_(PageHeat.degree == wanted.after_degree, PageHeat.page_id < wanted.after_id)
            query = query.where(or_(PageHeat.degree < wanted.after_degree, beyond))
        query = query.order_by(PageHeat.degree.desc(), PageHeat.page_id.desc())
    else:
        if wanted.after_id:
            query = query.where(Page.id < wanted.after_id)
        query = query.order_by(Page.id.desc())
    found = [PageSeen(page, heat) for page, heat in session.execute(query.limit(wanted.limit + 1))]
    return _with_pending(session, found)


def one(session: Session, page_id: str, sites: Sequence[str] | None) -> PageSeen | None:
    """The page with this id, of these sites only (None: of any)."""
    query = _joined(outer=True).where(Page.id == page_id)
    if sites is not None:
        query = query.where(Page.site.in_(sites))
    found = [PageSeen(page, heat) for page, heat in session.execute(query)]
    return next(iter(_with_pending(session, found)), None)


def lock(session: Session, site: str, page_id: str) -> Page:
    """The page, locked against other changes, freshly read."""
    pages.lock(session, site, [page_id])
    return session.scalars(
        select(Page).where(Page.site == site, Page.id == page_id).execution_options(populate_existing=True)
    ).one()


def raise_version(page: Page) -> None:
    """Has what was prepared for readers made anew; the page is locked."""
    page.version += 1


def past_age(session: Session, site: str, before: datetime, at_most: int) -> list[str]:
    """The ids of open pages made at or before this moment that close by their age."""
    query = select(Page.id).where(
        Page.site == site, Page.is_open, ~Page.ignores_age, Page.created_at <= before
    )
    return list(session.scalars(query.order_by(Page.id).limit(at_most)))


def sites_with_age(session: Session) -> list[tuple[str, int]]:
    """The sites whose pages close by age, with after how many days."""
    rows = session.execute(
        select(Site.slug, Site.close_after_days).where(Site.close_after_days.is_not(None)).order_by(Site.slug)
    )
    return [(slug, days) for slug, days in rows if days is not None]


def _joined(*, outer: bool) -> Select[Any]:
    columns: tuple[Any, ...] = (Page, PageHeat)
    same = and_(PageHeat.site == Page.site, PageHeat.page_id == Page.id)
    return select(*columns).join(PageHeat, same, isouter=outer).execution_options(populate_existing=True)


def _in_state(state: PageState) -> ColumnElement[bool]:
    if state is PageState.SLOW:
        return Page.slow_seconds > 0
    if state is PageState.HELD:
        return Page.held_by != ""
    return Page.is_open.is_(state is PageState.OPEN)


def _with_pending(session: Session, found: list[PageSeen]) -> list[PageSeen]:
    """Counts what waits on the pages: each is a range of one index."""
    rows = session.execute(
        select(Comment.page_id, func.count())
        .where(
            Comment.site.in_({seen.page.site for seen in found}),
            Comment.page_id.in_([seen.page.id for seen in found]),
            Comment.status == Status.PENDING,
        )
        .group_by(Comment.page_id)
    )
    counted = dict(rows.all())
    return [replace(seen, pending=counted.get(seen.page.id, 0)) for seen in found]
