"""Campaigns as moderators look through them: how many comments of which status, since when, from how many sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, case, func, or_, select

from service.domain.campaign import Bond
from service.domain.status import Status
from service.storage.models import Campaign, Comment, LinkedDomain, Page
from service.storage.queue import PageNamed, Written
from service.storage.session import Session

DOMAINS_SHOWN: Final = 5


@dataclass(frozen=True)
class Place:
    """Where the last part of the list ended."""

    comments: int
    id: str


@dataclass(frozen=True)
class Group:
    """A campaign with what can be counted about it. `sources` leaves out what was forgotten after 30 days."""

    site: str
    id: str
    bond: Bond
    comments: int
    by_status: dict[Status, int]
    authors: int
    sources: int
    pages: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True)
class Sample:
    """Some comments of a campaign."""

    name: str
    written: Written


def listing(
    session: Session, sites: Sequence[str], status: Status | None, after: Place | None, limit: int
) -> list[Group]:
    """Up to `limit` campaigns after the keyset place, largest first; with `status`, those that have such comments."""
    number: Any = func.count()
    of_status = [func.sum(case((Comment.status == one, 1), else_=0)) for one in Status]
    query = (
        select(Comment.site, Comment.campaign, number, *of_status)
        .where(Comment.site.in_(sites), Comment.campaign.is_not(None))
        .group_by(Comment.site, Comment.campaign)
        .order_by(number.desc(), Comment.campaign.desc())
        .limit(limit)
    )
    if status is not None:
        query = query.having(of_status[list(Status).index(status)] > 0)
    if after is not None:
        beyond = and_(number == after.comments, Comment.campaign < after.id)
        query = query.having(or_(number < after.comments, beyond))
    return [
        _group(session, site, campaign, comments, dict(zip(Status, map(int, counts), strict=True)))
        for site, campaign, comments, *counts in session.execute(query).all()
    ]


def _group(session: Session, site: str, campaign: str, comments: int, by_status: dict[Status, int]) -> Group:
    mine = (Comment.site == site, Comment.campaign == campaign)
    row = session.execute(
        select(
            func.count(Comment.author_id.distinct()),
            func.count(Comment.address_fingerprint.distinct()),
            func.count(Comment.page_id.distinct()),
            func.min(Comment.created_at),
            func.max(Comment.created_at),
        ).where(*mine)
    ).one()
    bond = session.scalar(select(Campaign.bond).where(Campaign.site == site, Campaign.id == campaign))
    return Group(site, campaign, bond or Bond.TEXT, comments, by_status, *row)


def samples(session: Session, group: Group, limit: int) -> list[Sample]:
    """The newest comments of a campaign whose text is still there."""
    rows = session.execute(
        select(
            Comment.name,
            Comment.id,
            Comment.status,
            Comment.body,
            Comment.created_at,
            Page.key,
            Page.url,
            Page.title,
        )
        .join(Page, and_(Page.site == Comment.site, Page.id == Comment.page_id))
        .where(Comment.site == group.site, Comment.campaign == group.id, Comment.body != "")
        .order_by(Comment.id.desc())
        .limit(limit)
    )
    return [Sample(row[0], Written(*row[1:5], PageNamed(*row[5:]))) for row in rows]


def domains(session: Session, group: Group) -> list[tuple[str, int]]:
    """The domains that most of its comments link to, and how many do."""
    number: Any = func.count()
    rows = session.execute(
        select(LinkedDomain.domain, number)
        .join(
            Comment,
            and_(Comment.site == LinkedDomain.site, Comment.id == LinkedDomain.comment_id),
        )
        .where(Comment.site == group.site, Comment.campaign == group.id)
        .group_by(LinkedDomain.domain)
        .order_by(number.desc(), LinkedDomain.domain)
        .limit(DOMAINS_SHOWN)
    )
    return [(domain, count) for domain, count in rows]
