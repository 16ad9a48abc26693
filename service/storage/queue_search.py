"""Looking for a text in a queue of any length: where it is common by walking, where it is rare by the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, literal, select

from service.storage import search_index
from service.storage.batches import batches
from service.storage.models import Comment
from service.storage.session import Session

#: So many comments are looked at one by one before the index is asked.
WALKED: Final = 2_000
#: A text that so many of them have is common: further ones are met soon.
COMMON: Final = 100
#: Matches are counted up to here …
COUNTED: Final = 1_000
#: … in at most so many comments.
WALKED_MAX: Final = 20_000


@dataclass(frozen=True)
class Sought:
    """What to find: the folded text, among the comments that `conditions` leave."""

    sites: Sequence[str]
    text: str
    conditions: Sequence[ColumnElement[bool]]

    @property
    def here(self) -> ColumnElement[bool]:
        return _has(Comment, self.text)


@dataclass(frozen=True)
class Part:
    """Which part of a list: after a position (as a condition), in an order (of whatever has the columns), so many."""

    beyond: Sequence[ColumnElement[bool]]
    sorting: Callable[[Any], Sequence[ColumnElement[Any]]]
    limit: int


@dataclass(frozen=True)
class Total:
    """How many there are; `is_least`: and there may be more."""

    number: int
    is_least: bool = False


def keys(session: Session, sought: Sought, part: Part) -> list[str]:
    """Ids among which are those of that part of what is found."""
    met = _walk(session, sought, part)
    if len(met) == part.limit:
        return met
    may_have_it = search_index.found(session, sought.sites, sought.text)
    if may_have_it is None:
        return _walk(session, sought, part, at_most=None)
    return [
        key
        for batch in batches(may_have_it)
        for key in session.scalars(
            select(Comment.id)
            .where(*sought.conditions, *part.beyond, sought.here, Comment.id.in_(batch))
            .order_by(*part.sorting(Comment))
            .limit(part.limit)
        )
    ]


def _walk(session: Session, sought: Sought, part: Part, at_most: int | None = WALKED) -> list[str]:
    walked = (
        select(Comment.id, Comment.score, Comment.search_text)
        .where(*sought.conditions, *part.beyond)
        .order_by(*part.sorting(Comment))
        .limit(at_most)
        .subquery()
    )
    found = select(walked.c.id).where(_has(walked.c, sought.text)).order_by(*part.sorting(walked.c))
    return list(session.scalars(found.limit(part.limit)))


def total(session: Session, sought: Sought) -> Total:
    """How many there are, counted as far as that is quick."""
    if _among(session, sought, WALKED, COMMON) < COMMON:
        may_have_it = search_index.found(session, sought.sites, sought.text)
        if may_have_it is not None:
            return Total(sum(_number(session, sought, batch) for batch in batches(may_have_it)))
    number = _among(session, sought, WALKED_MAX, COUNTED + 1)
    if number > COUNTED:
        return Total(COUNTED, is_least=True)
    return Total(number, is_least=_are_more(session, sought, WALKED_MAX))


def _among(session: Session, sought: Sought, walked_most: int, found_most: int) -> int:
    """How many of the first comments have it, up to `found_most`."""
    walked = select(Comment.search_text).where(*sought.conditions).order_by(Comment.id).limit(walked_most)
    walk = walked.subquery()
    found = select(literal(1)).select_from(walk).where(_has(walk.c, sought.text)).limit(found_most).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _are_more(session: Session, sought: Sought, number: int) -> bool:
    some = select(Comment.id).where(*sought.conditions).order_by(Comment.id).limit(number + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) > number


def _number(session: Session, sought: Sought, ids: Sequence[str]) -> int:
    matching = select(func.count()).select_from(Comment).where(*sought.conditions, sought.here)
    return session.scalar(matching.where(Comment.id.in_(ids))) or 0


def _has(columns: Any, folded: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = columns.search_text.contains(folded, autoescape=True)
    return found
