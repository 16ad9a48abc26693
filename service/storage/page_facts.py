"""What the desk set on a page, for whoever sends a comment to it: part of the one statement of `facts`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import String, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from service.domain.controls import SLOW_SECONDS_MAX, PageControls, is_past
from service.domain.ids import id_floor
from service.storage.models import Author, Comment, Page, Site

COLUMNS: Final = 7


def columns() -> tuple[Any, ...]:
    """What `controls` reads; the statement has sites, pages and authors joined."""
    page = Page.__table__.c
    return (
        func.coalesce(page.is_open, True),
        page.created_at,
        page.ignores_age,
        Site.__table__.c.close_after_days,
        func.coalesce(page.held_by, ""),
        func.coalesce(page.slow_seconds, 0),
        case((page.slow_seconds > 0, _last_here()), else_=None),
    )


def _last_here() -> Any:
    """When this author, or somebody from this address, last wrote on the page; not looked for on other pages."""
    earlier = Comment.__table__.alias("here").c
    return (
        select(func.max(earlier.created_at))
        .where(
            earlier.site == bindparam("site", type_=String),
            earlier.page_id == Page.__table__.c.id,
            earlier.id >= bindparam("recent", type_=String),
            earlier.id != bindparam("besides", type_=String),
            or_(
                earlier.author_id == Author.__table__.c.id,
                earlier.address_fingerprint == bindparam("source", type_=String),
            ),
        )
        .correlate(Page.__table__, Author.__table__)
        .scalar_subquery()
    )


def recent(now: datetime) -> str:
    """The value of the parameter `recent`: nobody waits longer than this on a slow page."""
    return id_floor(now - timedelta(seconds=SLOW_SECONDS_MAX))


def controls(row: Sequence[Any], now: datetime) -> PageControls:
    """How the page stands now."""
    is_open, created_at, ignores_age, close_after_days, held_by, slow_seconds, last_here = row
    past = created_at is not None and not ignores_age and is_past(created_at, close_after_days, now)
    return PageControls(bool(is_open) and not past, bool(held_by), slow_seconds, last_here)


def last_here(session: Session, page: Page, sender: tuple[str, str], now: datetime) -> datetime | None:
    """When the author of this email's index, or somebody from this address (empty: any), last wrote on the page.

    Asked again once the page is locked.
    """
    email_index, source = sender
    author = select(Author.id).where(Author.site == page.site, Author.email_index == email_index)
    return session.scalar(
        select(func.max(Comment.created_at)).where(
            Comment.site == page.site,
            Comment.page_id == page.id,
            Comment.id >= recent(now),
            or_(Comment.author_id.in_(author), Comment.address_fingerprint == source),
        )
    )
