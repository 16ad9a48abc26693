"""What readers see of a page: listed comments by keyset, replies by root, and the version that tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, String, and_, bindparam, or_, select, true, union_all

from service.domain.status import Status
from service.storage.models import Author, Comment, Page
from service.storage.session import Session

NOBODY: Final = ""  # the id of no comment


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


# Statements are made once: to put one together costs several times what it costs to ask it.
_SITE: Final = bindparam("site", type_=String)
_LIMIT: Final = bindparam("limit", type_=Integer)
_STATE: Final = select(Page.id, Page.version, Page.approved, Page.is_open, Page.title, Page.url).where(
    Page.site == _SITE, Page.key == bindparam("key")
)


def page_state(session: Session, site: str, key: str) -> PageState:
    """The page's version and count; read before its comments, so that bytes can look too old but never too new."""
    row = session.execute(_STATE, {"site": site, "key": key}).one_or_none()
    return PageState(None, 0, 0, True, "", None) if row is None else PageState(*row)


def page_version(session: Session, site: str, key: str) -> int:
    """The page's version alone; 0 for a page that nobody commented on."""
    return session.scalar(select(Page.version).where(Page.site == site, Page.key == key)) or 0


def _listed() -> Any:
    return (
        select(*_COLUMNS)
        .join(Author, and_(Author.site == Comment.site, Author.id == Comment.author_id))
        .where(Comment.site == _SITE, Comment.listed == true())
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
    asked = {"site": site, "page": page_id, "limit": limit}
    if after:
        asked |= {"after": after.id, "rank": after.rank}
    return [ListedComment(*row) for row in session.execute(_top_level(sort, after is not None), asked)]


@cache
def _top_level(sort: Sort, goes_on: bool) -> Any:
    # Not `parent_id IS NULL`, after which PostgreSQL does not know that the index is in order.
    query = _listed().where(Comment.page_id == bindparam("page"), Comment.depth == 0).limit(_LIMIT)
    last, rank = bindparam("after", type_=String), bindparam("rank", type_=Integer)
    if sort is Sort.OLDEST:
        query, rest = query.order_by(Comment.id), Comment.id > last
    elif sort is Sort.NEWEST:
        query, rest = query.order_by(Comment.id.desc()), Comment.id < last
    else:
        query = query.order_by(Comment.rank.desc(), Comment.id.desc())
        below = and_(Comment.rank == rank, Comment.id < last)
        rest = and_(Comment.rank <= rank, or_(Comment.rank < rank, below))
    return query.where(rest) if goes_on else query


def replies(
    session: Session, site: str, root_ids: Sequence[str], limit: int, after_id: str = ""
) -> list[ListedComment]:
    """The first `limit` listed replies below each root, oldest first; parents always come before their replies.

    One statement with a bounded branch per root: a root with a hundred thousand replies costs no more than `limit`.
    """
    if not root_ids:
        return []
    branches = 1 << (len(root_ids) - 1).bit_length()
    roots = {f"root_{number}": NOBODY for number in range(branches)}
    roots |= {f"root_{number}": root for number, root in enumerate(root_ids)}
    rows = session.execute(_replies(branches), {"site": site, "after": after_id, "limit": limit, **roots})
    return [ListedComment(*row) for row in rows]


@cache
def _replies(branches: int) -> Any:
    """For so many roots, a power of two: a few statements that stay known, on the side of the database too."""
    below = [
        _listed()
        .where(Comment.root_id == bindparam(f"root_{number}"), Comment.id > bindparam("after", type_=String))
        .order_by(Comment.id)
        .limit(_LIMIT)
        .subquery()
        for number in range(branches)
    ]
    return union_all(*map(select, below))


def path(session: Session, page: tuple[str, str], comment_id: str) -> list[ListedComment]:
    """A listed comment of page (site, page id) with all it hangs under, from the top; empty when it is not listed."""
    site, page_id = page
    found: list[ListedComment] = []
    above: str | None = comment_id
    while above is not None:  # as often as the tree is deep
        row = session.execute(_ONE, {"site": site, "page": page_id, "id": above}).one_or_none()
        if row is None:
            return []
        found.append(ListedComment(*row))
        above = found[-1].parent_id
    return found[::-1]


_ONE: Final = _listed().where(Comment.page_id == bindparam("page"), Comment.id == bindparam("id"))


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
