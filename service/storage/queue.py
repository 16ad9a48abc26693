"""What moderators look through: comments by any filter, by keyset, with all that is known about each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import aliased, undefer

from service.domain.message import message_of
from service.domain.status import Status
from service.domain.verdict import Signal
from service.storage import queue_search, tallies
from service.storage.batches import batches
from service.storage.models import Author, Comment, Page, StoredSignal
from service.storage.queue_search import Part, Sought, Total
from service.storage.session import Session

#: So many are counted at most, where no count is kept: what one decision may take.
COUNTED: Final = 10_000
#: A check that left at most so many signals, in comments of any status, is rare.
RARE: Final = 2_000


class Order(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"
    RISK = "risk"


@dataclass(frozen=True)
class Filter:
    """Which comments; empty text means any. `page` is a canonical key, `search` is folded, `before` is exclusive.

    `due`: only what was published and drawn for review, and nobody has decided yet; then `status` does not matter.
    """

    sites: tuple[str, ...]
    status: Status = Status.PENDING
    author: str = ""
    page: str = ""
    signal: str = ""
    campaign: str = ""
    language: str = ""
    search: str = ""
    after: datetime | None = None
    before: datetime | None = None
    due: bool = False


@dataclass(frozen=True)
class Position:
    """Where the last part of a list ended; `score` matters in order of risk alone."""

    id: str
    score: float = 0.0


@dataclass(frozen=True)
class PageNamed:
    """The page that a comment is on."""

    key: str
    url: str | None
    title: str


@dataclass(frozen=True)
class AuthorSeen:
    """What moderators see of an author: no email, not even encrypted."""

    id: str
    name: str
    avatar_seed: str
    first_seen: datetime
    pending: int
    approved: int
    rejected: int
    spam: int


@dataclass(frozen=True)
class Queued:
    """A comment with its page, its author and the signals of its last judged version."""

    comment: Comment
    page: PageNamed
    author: AuthorSeen
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True)
class Written:
    """One line of an author's history."""

    id: str
    status: Status
    body: str
    created_at: datetime
    page: PageNamed


_PAGE = (Page.key, Page.url, Page.title)
_AUTHOR = (
    Author.id,
    Author.name,
    Author.avatar_seed,
    Author.first_seen,
    Author.pending,
    Author.approved,
    Author.rejected,
    Author.spam,
)


def listing(
    session: Session, wanted: Filter, order: Order, after: Position | None, limit: int
) -> list[Queued]:
    """Up to `limit` comments after the keyset position. Comments of equal risk: newest first, as the index has them."""
    # The keys are found first, from an index; only what is shown is joined and read as a whole.
    keys = select(Comment.site, Comment.id)
    beyond = _beyond(order, after)
    if wanted.search:
        part = Part(beyond, partial(_sorting, order), limit)
        keys = keys.where(Comment.site.in_(wanted.sites), Comment.id.in_(_found(session, wanted, part)))
    else:
        keys = keys.where(*_narrowed(session, wanted), *beyond)
    shown = keys.order_by(*_sorting(order, Comment)).limit(limit).subquery()
    query = _whole().join(shown, and_(shown.c.site == Comment.site, shown.c.id == Comment.id))
    return _with_signals(session, query.order_by(*_sorting(order, Comment)))


def _found(session: Session, wanted: Filter, part: Part) -> list[str]:
    return queue_search.keys(session, _sought(wanted), part)


def _sought(wanted: Filter) -> Sought:
    return Sought(wanted.sites, wanted.search, _conditions(replace(wanted, search="")))


def total(session: Session, wanted: Filter) -> Total:
    """How many comments the filter matches, exact as far as that is quick.

    Where only site and status are asked for it is always exact, and nothing is counted.
    """
    if wanted == Filter(wanted.sites, wanted.status):
        return Total(tallies.total(session, wanted.sites, wanted.status))
    if wanted.search:
        return queue_search.total(session, _sought(wanted))
    some = select(Comment.id).where(*_narrowed(session, wanted)).limit(COUNTED + 1).subquery()
    number = session.scalar(select(func.count()).select_from(some)) or 0
    return Total(min(number, COUNTED), is_least=number > COUNTED)


def exact_total(session: Session, wanted: Filter) -> int:
    """How many comments the filter matches, however many that are."""
    return session.scalar(select(func.count()).select_from(Comment).where(*_conditions(wanted))) or 0


def one(session: Session, comment_id: str, sites: Sequence[str] | None) -> Queued | None:
    """The comment with this id, of these sites only (None: of any)."""
    query = _whole().where(Comment.id == comment_id).options(undefer(Comment.opinion))
    if sites is not None:
        query = query.where(Comment.site.in_(sites))
    return next(iter(_with_signals(session, query)), None)


def matching(session: Session, wanted: Filter, limit: int) -> list[str]:
    """The ids of the comments that the filter matches, oldest first, at most `limit`."""
    query = select(Comment.id).where(*_narrowed(session, wanted)).order_by(Comment.id).limit(limit)
    return list(session.scalars(query))


def still_matching(session: Session, wanted: Filter, ids: Sequence[str]) -> set[str]:
    """Those of the ids that the filter matches now."""
    found: set[str] = set()
    for batch in batches(ids):
        found.update(session.scalars(select(Comment.id).where(*_conditions(wanted), Comment.id.in_(batch))))
    return found


def history(session: Session, site: str, author_id: str, limit: int) -> list[Written]:
    """The author's latest comments, newest first."""
    rows = session.execute(
        select(Comment.id, Comment.status, Comment.body, Comment.created_at, *_PAGE)
        .join(Page, and_(Page.site == Comment.site, Page.id == Comment.page_id))
        .where(Comment.site == site, Comment.author_id == author_id)
        .order_by(Comment.id.desc())
        .limit(limit)
    )
    return [Written(*row[:4], PageNamed(*row[4:])) for row in rows]


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    sites = wanted.sites
    found = [_of(sites)]
    if wanted.due:
        found.append(literal_column("comments.review_due"))  # as the small index has it
        found += [Comment.author_id == wanted.author] if wanted.author else []
    elif wanted.author:
        # An author has few comments. SQLite cannot tell, and must not look for them by their status.
        found += [
            Comment.author_id == wanted.author,
            func.coalesce(Comment.status, Comment.status) == wanted.status,
        ]
    else:
        found.append(Comment.status == wanted.status)
    if wanted.page:
        pages = select(Page.id).where(Page.site.in_(sites), Page.key == wanted.page)
        found.append(Comment.page_id.in_(pages))
    if wanted.signal:
        found.append(_signalled(wanted.signal))
    if wanted.campaign:
        found.append(Comment.campaign == wanted.campaign)
    if wanted.language:
        found.append(Comment.language == wanted.language)
    if wanted.search:
        found.append(Comment.search_text.contains(wanted.search, autoescape=True))
    if wanted.after:
        found.append(Comment.created_at >= wanted.after)
    if wanted.before:
        found.append(Comment.created_at < wanted.before)
    return found


def _narrowed(session: Session, wanted: Filter) -> list[ColumnElement[bool]]:
    """The conditions; for a rare signal the comments themselves: else a whole queue is walked for a few of them.

    Of a frequent one the next match is met soon, unless those with it are hardly ever of this status.
    """
    if not wanted.signal:
        return _conditions(wanted)
    of_check = (StoredSignal.site.in_(wanted.sites), StoredSignal.check == wanted.signal)
    ids = session.scalars(select(StoredSignal.comment_id).where(*of_check).limit(RARE + 1)).all()
    if len(ids) > RARE:
        return _conditions(wanted)
    found = still_matching(session, wanted, sorted(set(ids)))
    return [_of(wanted.sites), Comment.id.in_(sorted(found))]


def _of(sites: Sequence[str]) -> ColumnElement[bool]:
    return Comment.site == sites[0] if len(sites) == 1 else Comment.site.in_(sites)


def _signalled(check: str) -> ColumnElement[bool]:
    """Whether the check fired at the version that was judged last: what the queue shows, not what an edit took away."""
    later = aliased(StoredSignal)
    last = (
        select(func.max(later.comment_version))
        .where(later.site == StoredSignal.site, later.comment_id == StoredSignal.comment_id)
        .scalar_subquery()
    )
    return (
        select(StoredSignal.comment_id)
        .where(
            StoredSignal.site == Comment.site,
            StoredSignal.check == check,
            StoredSignal.comment_id == Comment.id,
            StoredSignal.comment_version == last,
        )
        .exists()
    )


def _sorting(order: Order, columns: Any) -> tuple[ColumnElement[Any], ...]:
    if order is Order.OLDEST:
        return (columns.id.asc(),)
    if order is Order.NEWEST:
        return (columns.id.desc(),)
    return (columns.score.desc(), columns.id.desc())


def _beyond(order: Order, after: Position | None) -> tuple[ColumnElement[bool], ...]:
    if after is None:
        return ()
    if order is Order.OLDEST:
        return (Comment.id > after.id,)
    if order is Order.NEWEST:
        return (Comment.id < after.id,)
    return (Comment.score <= after.score, or_(Comment.score < after.score, Comment.id < after.id))


def _whole() -> Select[Any]:
    columns: tuple[Any, ...] = (Comment, *_PAGE, *_AUTHOR)
    return (
        select(*columns)
        .join(Page, and_(Page.site == Comment.site, Page.id == Comment.page_id))
        .join(Author, and_(Author.site == Comment.site, Author.id == Comment.author_id))
    )


def _with_signals(session: Session, query: Select[Any]) -> list[Queued]:
    bare = [Queued(row[0], PageNamed(*row[1:4]), AuthorSeen(*row[4:])) for row in session.execute(query)]
    signals = last_signals(session, [queued.comment for queued in bare])
    return [replace(queued, signals=tuple(signals[queued.comment.id])) for queued in bare]


def last_signals(session: Session, comments: Sequence[Comment]) -> defaultdict[str, list[Signal]]:
    """The signals of the last judged version of each comment, by comment id."""
    found: defaultdict[str, list[Signal]] = defaultdict(list)
    if not comments:
        return found
    rows = session.scalars(
        select(StoredSignal)
        .where(
            StoredSignal.site.in_({comment.site for comment in comments}),
            StoredSignal.comment_id.in_([comment.id for comment in comments]),
        )
        .order_by(StoredSignal.comment_id, StoredSignal.comment_version.desc(), StoredSignal.position)
    )
    last: dict[str, int] = {}
    for row in rows:
        if last.setdefault(row.comment_id, row.comment_version) == row.comment_version:
            span = None if row.span_start is None or row.span_end is None else (row.span_start, row.span_end)
            said = tuple(map(message_of, row.messages or ()))
            found[row.comment_id].append(Signal(row.check, row.version, row.score, row.reason, span, said))
    return found
