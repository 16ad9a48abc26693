"""What is known when a comment comes in: one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from service.domain.status import Status
from service.storage.models import Author, Comment, Page, Site


@dataclass(frozen=True)
class Asked:
    """About whom and what to ask.

    `address` is the keyed hash of where the sender is, `proven` the id of a comment that the sender proved to have
    written; `besides` is a comment that does not count as a repetition (the one edited).
    """

    site: str
    page_key: str
    email_index: str
    parent: str | None
    body_fingerprint: str
    since: datetime
    address: str
    proven: str = ""
    besides: str = ""


@dataclass(frozen=True)
class Parent:
    """The comment that is replied to."""

    id: str
    page_id: str
    holder_id: str | None
    root_id: str | None
    depth: int
    status: Status


@dataclass(frozen=True)
class Gathered:
    """`page_id` is None for a page without comments; counts are zero for an author who is new.

    `author_known`: an approved comment of the same email came from the same network, or the sender proved to have
    written one. The email alone proves nothing: anybody may know it.
    """

    page_id: str | None
    page_open: bool
    author_known: bool
    author_approved: int
    author_rejected: int
    author_spam: int
    same_body: int
    parent: Parent | None


def gather(session: Session, asked: Asked) -> Gathered:
    """The facts about a comment that was sent to an existing site."""
    same_body = (
        select(func.count())
        .select_from(Comment)
        .where(
            Comment.site == asked.site,
            Comment.body_fingerprint == asked.body_fingerprint,
            Comment.created_at >= asked.since,
            Comment.id != asked.besides,
        )
        .scalar_subquery()
    )
    earlier = aliased(Comment)
    author_known = exists().where(
        earlier.site == asked.site,
        earlier.author_id == Author.id,
        earlier.status == Status.APPROVED,
        or_(earlier.address_fingerprint == asked.address, earlier.id == asked.proven),
    )
    row = session.execute(
        select(
            Page.id,
            func.coalesce(Page.is_open, True),
            author_known,
            func.coalesce(Author.approved, 0),
            func.coalesce(Author.rejected, 0),
            func.coalesce(Author.spam, 0),
            same_body,
            Comment.id,
            Comment.page_id,
            Comment.parent_id,
            Comment.root_id,
            Comment.depth,
            Comment.status,
        )
        .select_from(Site)
        .outerjoin(Page, and_(Page.site == Site.slug, Page.key == asked.page_key))
        .outerjoin(Author, and_(Author.site == Site.slug, Author.email_index == asked.email_index))
        .outerjoin(Comment, and_(Comment.site == Site.slug, Comment.id == asked.parent))
        .where(Site.slug == asked.site)
    ).one()
    columns: tuple[Any, ...] = tuple(row)
    parent = None if row[7] is None else Parent(*columns[7:])
    return Gathered(*(*columns[:7], parent))
