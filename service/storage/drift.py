"""Compares the counters that are kept in rows with what they count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from service.domain.status import Status
from service.storage import search_drift
from service.storage.models import Author, Comment, Page, Report, Tally, Vote
from service.storage.session import Session


def differences(session: Session, site: str) -> Iterator[str]:
    """A line for each wrong counter of the site's pages, authors and comments: `page 0190…: approved 3, not 4`.

    And one for each comment that the index for searching does not hold as it is.
    """
    yield from _different(session, "page", ("approved",), _pages(site))
    yield from _different(session, "site", ("comments",), _tallies(site))
    yield from _different(session, "author", tuple(status.value for status in Status), _authors(site))
    yield from _different(session, "comment", ("up", "down"), _votes(site))
    yield from _different(session, "comment", ("reports",), _reports(site))
    yield from _different(session, "comment", ("listed_replies", "listed"), _listed(site))
    yield from search_drift.lines(session, site)


def comments(session: Session, site: str) -> int:
    """How many comments the site has."""
    return session.scalar(select(func.count()).select_from(Comment).where(Comment.site == site)) or 0


def _different(session: Session, what: str, names: tuple[str, ...], query: Select[Any]) -> Iterator[str]:
    """The query gives an id, then for each name what is kept, then for each what was counted."""
    for row in session.execute(query):
        kept, counted = row[1 : 1 + len(names)], row[1 + len(names) :]
        for name, one, other in zip(names, kept, counted, strict=True):
            if one != other:
                yield f"{what} {row[0]}: {name} {one}, not {other}"


def _number(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _tallies(site: str) -> Select[Any]:
    kept = (
        select(Tally.status, func.sum(Tally.comments).label("number"))
        .where(Tally.site == site)
        .group_by(Tally.status)
        .subquery()
    )
    counted = (
        select(Comment.status, func.count().label("number"))
        .where(Comment.site == site)
        .group_by(Comment.status)
        .subquery()
    )
    one, other = func.coalesce(kept.c.number, 0), func.coalesce(counted.c.number, 0)
    return (
        select(func.coalesce(kept.c.status, counted.c.status), one, other)
        .select_from(kept)
        .join(counted, kept.c.status == counted.c.status, full=True)
        .where(one != other)
    )


def _pages(site: str) -> Select[Any]:
    counted = _number(Comment.status == Status.APPROVED)
    return (
        select(Page.id, Page.approved, counted)
        .outerjoin(Comment, and_(Comment.site == Page.site, Comment.page_id == Page.id))
        .where(Page.site == site)
        .group_by(Page.id, Page.approved)
        .having(counted != Page.approved)
    )


def _authors(site: str) -> Select[Any]:
    kept = [getattr(Author, status.value) for status in Status]
    counted = [_number(Comment.status == status) for status in Status]
    return (
        select(Author.id, *kept, *counted)
        .outerjoin(Comment, and_(Comment.site == Author.site, Comment.author_id == Author.id))
        .where(Author.site == site)
        .group_by(Author.id, *kept)
        .having(or_(*(one != other for one, other in zip(kept, counted, strict=True))))
    )


def _votes(site: str) -> Select[Any]:
    up, down = _number(Vote.value == 1), _number(Vote.value == -1)
    return (
        select(Comment.id, Comment.up, Comment.down, up, down)
        .outerjoin(Vote, and_(Vote.site == Comment.site, Vote.comment_id == Comment.id))
        .where(Comment.site == site)
        .group_by(Comment.id, Comment.up, Comment.down)
        .having(or_(up != Comment.up, down != Comment.down))
    )


def _reports(site: str) -> Select[Any]:
    number: Any = func.count(Report.id)
    return (
        select(Comment.id, Comment.reports, number)
        .outerjoin(Report, and_(Report.site == Comment.site, Report.comment_id == Comment.id))
        .where(Comment.site == site)
        .group_by(Comment.id, Comment.reports)
        .having(number != Comment.reports)
    )


def _listed(site: str) -> Select[Any]:
    below = (
        select(Comment.parent_id, func.count().label("number"))
        .where(Comment.site == site, Comment.listed, Comment.parent_id.is_not(None))
        .group_by(Comment.parent_id)
        .subquery()
    )
    number: Any = func.coalesce(below.c.number, 0)
    listed: Any = or_(Comment.status == Status.APPROVED, number > 0)
    return (
        select(Comment.id, Comment.listed_replies, Comment.listed, number, listed)
        .outerjoin(below, below.c.parent_id == Comment.id)
        .where(Comment.site == site, or_(Comment.listed_replies != number, Comment.listed != listed))
    )
