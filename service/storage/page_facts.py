"""What the desk set on a page, for whoever sends a comment to it: part of the one statement of `facts`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import CompoundSelect, func, or_, select, union_all

from service.domain.controls import SLOW_SECONDS_MAX, PageControls, is_past
from service.domain.ids import id_floor
from service.domain.status import Status
from service.storage.models import Author, Comment, Page, Site
from service.storage.session import Session

if TYPE_CHECKING:
    from service.storage.facts_query import Row


def columns() -> tuple[Any, ...]:
    """What `controls` reads; the statement has sites, pages and authors joined."""
    page = Page.__table__.c
    return (
        page.is_open,
        page.created_at,
        page.ignores_age,
        Site.__table__.c.close_after_days,
        page.held_by,
        page.slow_seconds,
    )


def on_page(
    site: Any, page_id: Any, columns: Sequence[str], *where: Callable[[Any], Any]
) -> CompoundSelect[Any]:
    """Comments of a page, a part for each status: the index of a page's comments by status alone fits each of them.

    `page_id` may be the column of a page around; each of `where` makes a condition of the comments' columns.
    """
    comment = Comment.__table__.alias("here")
    return union_all(
        *(
            select(*(comment.c[name] for name in columns))
            .where(comment.c.site == site, comment.c.page_id == page_id, comment.c.status == status)
            .where(*(condition(comment.c) for condition in where))
            .correlate(Page.__table__)
            for status in Status
        )
    )


def controls(row: Row, last_here: datetime | None, now: datetime) -> PageControls:
    """How the page stands now; one without comments is open."""
    past = (
        row.page_created_at is not None
        and not row.ignores_age
        and is_past(row.page_created_at, row.close_after_days, now)
    )
    is_open = row.is_open is None or bool(row.is_open)
    return PageControls(is_open and not past, bool(row.held_by), row.slow_seconds or 0, last_here)


def last_here(
    session: Session, site: str, page_id: str, sender: tuple[str, str], now: datetime, besides: str = ""
) -> datetime | None:
    """When the author of this email's index, or somebody from this address (empty: any), last wrote on the page.

    Asked of slow pages only: nobody waits longer there than the longest time that a desk can set.
    """
    email_index, source = sender
    author = select(Author.id).where(Author.site == site, Author.email_index == email_index).scalar_subquery()
    recent = id_floor(now - timedelta(seconds=SLOW_SECONDS_MAX))
    here = on_page(
        site,
        page_id,
        ["created_at"],
        lambda comment: comment.id >= recent,
        lambda comment: comment.id != besides,
        lambda comment: or_(comment.author_id == author, comment.address_fingerprint == source),
    ).subquery()
    found: datetime | None = session.scalar(select(func.max(here.c.created_at)))
    return found
