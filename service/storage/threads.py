"""What readers see of a page: listed comments by keyset, replies by root, and the version that tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, or_, select, true, union_all
from sqlalchemy.orm import Session

from service.domain.status import Status
from service.storage.models import Author, Comment, Page


class Sort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    TOP = "top"


@dataclass
class ListedComment:
    """One node of a thread as readers see it; `status` other than approved makes it a tombstone."""

    id: str
    parent_id: str | None
    reply_to_id: str | None
    root_id: str | None
    depth: int
    status: Status
    listed_replies: int
    name: str
    website: str
    staff: bool
    body_html: str
    up: int
    down: int
    rank: int
    created_at: datetime
    edited_at: datetime | None
    avatar_seed: str
    replies: list[ListedComment] = field(default_factory=list)


@dataclass(frozen=True)
class PageState:
    """A page without its comments. A page that nobody commented on has no id and version 0."""

    id: str | None
    version: int
    approved: int
    is_open: bool
    title: str
    url: str | None


_COLUMNS = (
    Comment.id,
    Comment.parent_id,
    Comment.reply_to_id,
    Comment.root_id,
    Comment.depth,
    Comment.status,
    Comment.listed_replies,
    Comment.name,
    Comment.website,
    Comment.staff,
    Comment.body_html,
    Comment.up,
    Comment.down,
    Comment.rank,
    Comment.created_at,
    Comment.edited_at,
    Author.avatar_seed,
)


def page_state(session: Session, site: str, key: str) -> PageState:
    """The page's version and count; read before its comments, so that bytes can look too old but never too new."""
    row = session.execute(
        select(Page.id, Page.version, Page.approved, Page.is_open, Page.title, Page.url).where(
            Page.site == site, Page.key == key
        )
    ).one_or_none()
    return PageState(None, 0, 0, True, "", None) if row is None else PageState(*row)


def page_version(session: Session, site: str, key: str) -> int:
    """The page's version alone; 0 for a page that nobody commented on."""
    return session.scalar(select(Page.version).where(Page.site == site, Page.key == key)) or 0


def _listed(site: str) -> Any:
    return (
        select(*_COLUMNS)
        .join(Author, and_(Author.site == Comment.site, Author.id == Comment.author_id))
        .where(Comment.site == site, Comment.listed == true())
    )


@dataclass(frozen=True)
class After:
    """Where the last page of a list ended."""

    id: str
    rank: int = 0


def top_level(
    session: Session, page: tuple[str, str], sort: Sort, after: After | None, limit: int
) -> list[ListedComment]:
    """Up to `limit` listed top-level comments of page (site, page id), after the keyset position."""
    site, page_id = page
    # Not `parent_id IS NULL`, after which PostgreSQL does not know that the index is in order.
    query = _listed(site).where(Comment.page_id == page_id, Comment.depth == 0)
    if sort is Sort.OLDEST:
        query = query.order_by(Comment.id)
        if after:
            query = query.where(Comment.id > after.id)
    elif sort is Sort.NEWEST:
        query = query.order_by(Comment.id.desc())
        if after:
            query = query.where(Comment.id < after.id)
    else:
        query = query.order_by(Comment.rank.desc(), Comment.id.desc())
        if after:
            below = and_(Comment.rank == after.rank, Comment.id < after.id)
            query = query.where(Comment.rank <= after.rank, or_(Comment.rank < after.rank, below))
    return [ListedComment(*row) for row in session.execute(query.limit(limit))]


def replies(
    session: Session, site: str, root_ids: Sequence[str], limit: int, after_id: str = ""
) -> list[ListedComment]:
    """The first `limit` listed replies below each root, oldest first; parents always come before their replies.

    One statement with a bounded branch per root: a root with a hundred thousand replies costs no more than `limit`.
    """
    if not root_ids:
        return []
    branches = [
        _listed(site)
        .where(Comment.root_id == root_id, Comment.id > after_id)
        .order_by(Comment.id)
        .limit(limit)
        .subquery()
        for root_id in root_ids
    ]
    rows = session.execute(union_all(*(select(branch) for branch in branches)))
    return [ListedComment(*row) for row in rows]


def path(session: Session, page: tuple[str, str], comment_id: str) -> list[ListedComment]:
    """A listed comment of page (site, page id) with all it hangs under, from the top; empty when it is not listed."""
    site, page_id = page
    found: list[ListedComment] = []
    above: str | None = comment_id
    while above is not None:  # as often as the tree is deep
        row = session.execute(
            _listed(site).where(Comment.page_id == page_id, Comment.id == above)
        ).one_or_none()
        if row is None:
            return []
        found.append(ListedComment(*row))
        above = found[-1].parent_id
    return found[::-1]


def newest_approved(session: Session, site: str, page_id: str, limit: int) -> list[tuple[ListedComment, str]]:
    """The newest approved comments of a page with their source text, for the feed."""
    rows = session.execute(
        select(*_COLUMNS, Comment.body)
        .join(Author, and_(Author.site == Comment.site, Author.id == Comment.author_id))
        .where(Comment.site == site, Comment.page_id == page_id, Comment.status == Status.APPROVED)
        .order_by(Comment.id.desc())
        .limit(limit)
    )
    return [_with_source(row) for row in rows]


def _with_source(row: Any) -> tuple[ListedComment, str]:
    return ListedComment(*row[:-1]), row[-1]
