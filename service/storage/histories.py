"""What happened to comments, as far as it never changes any more: what statistics are counted from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from service.domain.outside import CHECK
from service.domain.status import Status
from service.storage.batches import batches
from service.storage.models import Comment, Event, StoredSignal
from service.storage.session import Session

COMMENTS_AT_ONCE = 2_000


class Step(NamedTuple):
    """One event that changed a comment."""

    id: str
    kind: str
    actor: str
    before: Status | None
    after: Status
    version: int
    decision: str | None
    reason: str
    detail: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class History:
    """A comment with its steps in their order; `fired` has the checks that found something, by version judged.

    `status` and `score` are what the row says now: of use where no step tells (a comment that was seeded).
    """

    comment: str
    received_at: datetime
    status: Status
    score: float
    steps: tuple[Step, ...]
    fired: Mapping[int, frozenset[str]]


Of = Callable[[InstrumentedAttribute[Any]], ColumnElement[bool]]


def of_comments(session: Session, site: str, ids: Sequence[str]) -> list[History]:
    """The histories of these comments."""
    found: list[History] = []
    for batch in batches(ids):
        found += _read(session, site, lambda column, batch=batch: column.in_(batch))  # type: ignore[misc]
    return found


def of_site(session: Session, site: str) -> Iterator[History]:
    """The histories of all comments of the site, in the order of their ids."""
    last = ""
    while part := _page(session, site, last):
        last = part[-1]
        yield from _read(session, site, lambda column: column.between(part[0], part[-1]))


def _page(session: Session, site: str, last: str) -> Sequence[str]:
    query = select(Comment.id).where(Comment.site == site, Comment.id > last)
    return session.scalars(query.order_by(Comment.id).limit(COMMENTS_AT_ONCE)).all()


def _read(session: Session, site: str, of: Of) -> list[History]:
    # The steps come first: whoever then asks which of them are not counted yet cannot miss one.
    steps = _steps(session, site, of)
    fired = _fired(session, site, of)
    rows = session.execute(
        select(Comment.id, Comment.created_at, Comment.status, Comment.score)
        .where(Comment.site == site, of(Comment.id))
        .order_by(Comment.id)
    )
    return [History(*row, tuple(steps.get(row[0], ())), fired.get(row[0], {})) for row in rows]


def _steps(session: Session, site: str, of: Of) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = defaultdict(list)
    rows = session.execute(
        select(
            Event.comment_id,
            Event.id,
            Event.kind,
            Event.actor,
            Event.before,
            Event.after,
            Event.version,
            Event.decision_id,
            Event.reason,
            Event.detail,
            Event.created_at,
        )
        .where(Event.site == site, of(Event.comment_id), Event.version.is_not(None))
        .order_by(Event.comment_id, Event.version, Event.id)
    )
    for row in rows:
        columns: tuple[Any, ...] = tuple(row)
        found[columns[0]].append(Step(*columns[1:]))
    return found


def _fired(session: Session, site: str, of: Of) -> dict[str, dict[int, frozenset[str]]]:
    found: dict[str, dict[int, frozenset[str]]] = defaultdict(dict)
    rows = session.execute(
        select(StoredSignal.comment_id, StoredSignal.comment_version, StoredSignal.check).where(
            StoredSignal.site == site,
            of(StoredSignal.comment_id),
            StoredSignal.check != CHECK,  # it answers later than counting starts
        )
    )
    for comment_id, version, check in rows:
        of_comment = found[comment_id]
        of_comment[version] = of_comment.get(version, frozenset()) | {check}
    return found
