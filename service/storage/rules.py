"""Queries about the sites' own rules and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, func, select
from sqlalchemy.orm import aliased

from service.domain.status import Status
from service.domain.verdict import Signal
from service.storage import queue
from service.storage.compiled import Compiled
from service.storage.models import Comment, RuleSet
from service.storage.session import Session
from service.storage.upsert import insert_absent

__all__ = ["Replayed", "RuleSet", "Span", "add", "current", "in_force", "replay", "version", "versions"]


@dataclass(frozen=True)
class Span:
    """Comments of a site sent from `since` on and before `until`, and older than `before` (an id, or empty)."""

    site: str
    since: datetime
    until: datetime
    before: str
    limit: int


@dataclass(frozen=True)
class Replayed:
    """A comment as it was judged last; `author_known`: an earlier one of the same author is public."""

    comment: Comment
    signals: tuple[Signal, ...]
    author_known: bool


def current(session: Session, site: str) -> RuleSet | None:
    """The rules in force, or None where none were saved."""
    return session.scalar(
        select(RuleSet).where(RuleSet.site == site).order_by(RuleSet.version.desc()).limit(1)
    )


_IN_FORCE = Compiled(
    select(RuleSet.version, RuleSet.rules)
    .where(RuleSet.site == bindparam("site", type_=String))
    .order_by(RuleSet.version.desc())
    .limit(1)
)


def in_force(session: Session, site: str) -> tuple[int, list[dict[str, Any]]] | None:
    """The number of the version in force and its rules, or None where none were saved; asked for each comment."""
    found = _IN_FORCE.rows(session.connection(), {"site": site})
    return (found[0][0], found[0][1]) if found else None


def version(session: Session, site: str, number: int) -> RuleSet | None:
    """One version, or None."""
    return session.get(RuleSet, (site, number))


def versions(session: Session, site: str, below: int, limit: int) -> Sequence[RuleSet]:
    """The versions below one, newest first."""
    query = select(RuleSet).where(RuleSet.site == site, RuleSet.version < below)
    return session.scalars(query.order_by(RuleSet.version.desc()).limit(limit)).all()


def add(session: Session, values: dict[str, Any]) -> bool:
    """Saves a version; False when somebody else saved it first."""
    return insert_absent(session, RuleSet, values)


def replay(session: Session, span: Span) -> list[Replayed]:
    """Comments that can be judged anew, newest first."""
    earlier = aliased(Comment)
    known: Any = (
        select(func.count())
        .select_from(earlier)
        .where(
            earlier.site == Comment.site,
            earlier.author_id == Comment.author_id,
            earlier.id < Comment.id,
            earlier.status == Status.APPROVED,
        )
        .scalar_subquery()
    )
    query = select(Comment, known > 0).where(
        Comment.site == span.site,
        Comment.created_at >= span.since,
        Comment.created_at < span.until,
        Comment.status != Status.DELETED,
    )
    if span.before:
        query = query.where(Comment.id < span.before)
    rows = session.execute(query.order_by(Comment.id.desc()).limit(span.limit)).all()
    signals = queue.last_signals(session, [row[0] for row in rows])
    return [Replayed(comment, tuple(signals[comment.id]), bool(known)) for comment, known in rows]
