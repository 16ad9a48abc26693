"""Comments one by one: storing them, locking them, and changing their status with all that follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.domain.status import Status
from service.domain.verdict import Signal
from service.storage import authors, pages
from service.storage.models import Author, Comment, StoredSignal

__all__ = ["Changes", "Comment", "add", "keep_signals", "lock", "locate", "public", "set_status", "signals_of"]


def locate(session: Session, comment_id: str, sites: Iterable[str] | None = None) -> Comment | None:
    """The comment with this id, of these sites only (None: of any); without a lock."""
    query = select(Comment).where(Comment.id == comment_id)
    if sites is not None:
        query = query.where(Comment.site.in_(list(sites)))
    return session.scalar(query)


def public(session: Session, comment_id: str) -> tuple[Comment, str] | None:
    """An approved comment with its author's avatar seed, or None."""
    row = session.execute(
        select(Comment, Author.avatar_seed)
        .join(Author, (Author.site == Comment.site) & (Author.id == Comment.author_id))
        .where(Comment.id == comment_id, Comment.status == Status.APPROVED)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def lock(session: Session, site: str, ids: Sequence[str]) -> list[Comment]:
    """The comments, locked against other changes, freshly read, in the order of their ids.

    The pages are taken first, in order: whoever changes what a page shows waits for the page, never for a comment
    that another change has taken, so no two changes can wait in a ring.
    """
    page_ids = session.scalars(
        select(Comment.page_id).where(Comment.site == site, Comment.id.in_(ids)).distinct()
    ).all()
    pages.lock(session, site, page_ids)
    return list(
        session.scalars(
            select(Comment)
            .where(Comment.site == site, Comment.id.in_(ids))
            .order_by(Comment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def add(session: Session, comment: Comment) -> None:
    """Stores a new comment, pending; `set_status` moves it on."""
    assert comment.status is Status.PENDING
    session.add(comment)
    session.flush()
    authors.recount(session, comment.site, {comment.author_id: {Status.PENDING: 1}})


def keep_signals(session: Session, comment: Comment, signals: Sequence[Signal]) -> None:
    """Adds to the ledger what the checks found in this version of the comment."""
    if not signals:
        return
    session.execute(
        insert(StoredSignal),
        [
            {
                "site": comment.site,
                "comment_id": comment.id,
                "comment_version": comment.version,
                "position": position,
                "check": signal.check,
                "version": signal.version,
                "score": signal.score,
                "reason": signal.reason,
                "span_start": signal.span[0] if signal.span else None,
                "span_end": signal.span[1] if signal.span else None,
            }
            for position, signal in enumerate(signals)
        ],
    )


def signals_of(session: Session, site: str, ids: Sequence[str]) -> dict[str, list[Signal]]:
    """The signals of the last judged version of each comment, by comment id."""
    rows = session.scalars(
        select(StoredSignal)
        .where(StoredSignal.site == site, StoredSignal.comment_id.in_(ids))
        .order_by(StoredSignal.comment_id, StoredSignal.comment_version.desc(), StoredSignal.position)
    )
    found: dict[str, list[Signal]] = defaultdict(list)
    last: dict[str, int] = {}
    for row in rows:
        if last.setdefault(row.comment_id, row.comment_version) == row.comment_version:
            span = None if row.span_start is None or row.span_end is None else (row.span_start, row.span_end)
            found[row.comment_id].append(Signal(row.check, row.version, row.score, row.reason, span))
    return found


@dataclass
class Changes:
    """What a transaction's changes of status add up to; `write` stores it once, at the end."""

    site: str
    approved: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    authors: dict[str, dict[Status, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def write(self, session: Session) -> None:
        """Raises the versions of the pages touched, and moves the counters of pages and authors."""
        session.flush()
        authors.recount(session, self.site, self.authors)
        for page_id in sorted(self.approved):
            pages.change(session, self.site, page_id, self.approved[page_id])


def set_status(session: Session, comment: Comment, target: Status, changes: Changes) -> None:
    """Moves a locked comment to `target` and raises its version; the caller has checked that the move is allowed.

    Keeps true what follows: whether readers see it, the tombstones above it, and (through `changes`) the counters.
    """
    before = comment.status
    comment.status = target
    comment.version += 1
    changes.authors[comment.author_id][before] -= 1
    changes.authors[comment.author_id][target] += 1
    if Status.APPROVED in (before, target):
        changes.approved[comment.page_id] += int(target is Status.APPROVED) - int(before is Status.APPROVED)
        _list(session, comment)


def _list(session: Session, comment: Comment | None) -> None:
    """Recomputes whether a comment is listed, and walks up while that changes: at most the depth of the tree."""
    while comment is not None:
        listed = comment.status is Status.APPROVED or comment.listed_replies > 0
        if listed == comment.listed:
            return
        comment.listed = listed
        if comment.parent_id is None:
            return
        session.flush()
        parent = session.scalar(
            select(Comment)
            .where(Comment.site == comment.site, Comment.id == comment.parent_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if parent is not None:
            parent.listed_replies += 1 if listed else -1
        comment = parent
