"""Comments one by one: storing them, locking them, and changing their status with all that follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from service.domain.status import Status
from service.domain.verdict import Signal
from service.storage import authors, pages, rows, tallies
from service.storage.batches import batches
from service.storage.models import Author, Comment, SearchDue, StoredSignal
from service.storage.session import Session

__all__ = [
    "Changes",
    "Comment",
    "above",
    "add",
    "by_site",
    "count_in",
    "keep_signals",
    "locate",
    "lock",
    "public",
    "set_status",
]


def locate(session: Session, comment_id: str, sites: Iterable[str] | None = None) -> Comment | None:
    """The comment with this id, of these sites only (None: of any); without a lock."""
    query = select(Comment).where(Comment.id == comment_id)
    if sites is not None:
        query = query.where(Comment.site.in_(list(sites)))
    return session.scalar(query)


def by_site(session: Session, ids: Sequence[str], sites: Iterable[str] | None) -> dict[str, list[str]]:
    """The ids of comments that exist, by site, of these sites only (None: of any)."""
    query = select(Comment.site, Comment.id)
    if sites is not None:
        query = query.where(Comment.site.in_(list(sites)))
    found: dict[str, list[str]] = defaultdict(list)
    for batch in batches(ids):
        for site, comment_id in session.execute(query.where(Comment.id.in_(batch))):
            found[site].append(comment_id)
    return found


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
    page_ids: set[str] = set()
    for batch in batches(ids):
        found = select(Comment.page_id).where(Comment.site == site, Comment.id.in_(batch)).distinct()
        page_ids.update(session.scalars(found))
    for batch in batches(sorted(page_ids)):
        pages.lock(session, site, batch)
    return _locked(session, site, ids)


def above(session: Session, site: str, comments: Sequence[Comment]) -> dict[str, Comment]:
    """Locked comments and all those they hang under, locked too, by id: at most a few statements for thousands."""
    found = {comment.id: comment for comment in comments}
    while missing := {comment.parent_id for comment in found.values() if comment.parent_id} - found.keys():
        reached = _locked(session, site, list(missing))
        if not reached:
            break
        found.update((comment.id, comment) for comment in reached)
    return found


def _locked(session: Session, site: str, ids: Sequence[str]) -> list[Comment]:
    # A weak lock for PostgreSQL: a reply to a locked comment may be stored meanwhile.
    return [
        comment
        for batch in batches(sorted(set(ids)))
        for comment in session.scalars(
            select(Comment)
            .where(Comment.site == site, Comment.id.in_(batch))
            .order_by(Comment.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    ]


def add(session: Session, comment: Comment) -> None:
    """Stores a new comment as it is now; what its status changes elsewhere is told by `count_in` and `set_status`."""
    rows.add(session, comment)
    rows.insert_all(session, SearchDue, [{"site": comment.site, "id": comment.id}])


def count_in(comment: Comment, changes: Changes) -> None:
    """Counts a comment that is about to be stored; it waits, until `set_status` moves it on."""
    assert comment.status is Status.PENDING
    changes.authors[comment.author_id][Status.PENDING] += 1


def keep_signals(session: Session, comment: Comment, signals: Sequence[Signal]) -> None:
    """Adds to the ledger what the checks found in this version of the comment."""
    rows.insert_all(
        session,
        StoredSignal,
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
                "messages": [message.document() for message in signal.messages] or None,
                "span_start": signal.span[0] if signal.span else None,
                "span_end": signal.span[1] if signal.span else None,
            }
            for position, signal in enumerate(signals)
        ],
    )


@dataclass
class Changes:
    """What a transaction's changes of status add up to; `write` stores it once, at the end.

    `above` holds comments that are locked already, by id: a change of many finds what it needs there. `newcomers` are
    authors who were stored with what their counters are after it.
    """

    site: str
    above: Mapping[str, Comment] = field(default_factory=dict)
    approved: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    authors: dict[str, dict[Status, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    newcomers: set[str] = field(default_factory=set)

    def write(self, session: Session) -> None:
        """Raises the versions of the pages touched, and moves the counters of pages, authors and the site."""
        pages.change_all(session, self.site, self.approved)
        known = {author: more for author, more in self.authors.items() if author not in self.newcomers}
        authors.recount(session, self.site, known)
        # last of all: this row is shared by many
        tallies.move(session, self.site, self.moved)

    @property
    def moved(self) -> dict[Status, int]:
        """How many comments more (or fewer) each status has."""
        return {status: sum(author.get(status, 0) for author in self.authors.values()) for status in Status}


def set_status(session: Session, comment: Comment, target: Status, changes: Changes) -> None:
    """Moves a locked comment to `target` and raises its version; the caller has checked that the move is allowed.

    Keeps true what follows: whether readers see it, the tombstones above it, and (through `changes`) the counters.
    """
    before = comment.status
    comment.status = target
    comment.review_due = False
    comment.version += 1
    changes.authors[comment.author_id][before] -= 1
    changes.authors[comment.author_id][target] += 1
    if Status.APPROVED in (before, target):
        changes.approved[comment.page_id] += int(target is Status.APPROVED) - int(before is Status.APPROVED)
        _list(session, comment, changes.above)


def _list(session: Session, comment: Comment | None, above: Mapping[str, Comment]) -> None:
    """Recomputes whether a comment is listed, and walks up while that changes: at most the depth of the tree."""
    while comment is not None:
        listed = comment.status is Status.APPROVED or comment.listed_replies > 0
        if listed == comment.listed:
            return
        comment.listed = listed
        if comment.parent_id is None:
            return
        parent = above.get(comment.parent_id)
        if parent is None:
            session.flush()
            parent = next(iter(_locked(session, comment.site, [comment.parent_id])), None)
        if parent is not None:
            parent.listed_replies += 1 if listed else -1
        comment = parent
