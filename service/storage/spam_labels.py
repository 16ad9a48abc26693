"""The last human verdict on each comment, found from the events, and as the filter has learned it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from service.domain.status import Status
from service.storage.batches import batches
from service.storage.models import Comment, Event, SpamLabel
from service.storage.session import Session
from service.storage.spam_models import KINDS

__all__ = [
    "Example",
    "News",
    "SpamLabel",
    "decided_lately",
    "erased",
    "examples",
    "forget",
    "keep",
    "leave_out",
]
__all__ += ["known", "labelled", "news", "texts", "verdicts"]

_SPAM_OF = {Status.APPROVED: False, Status.SPAM: True}


@dataclass(frozen=True)
class News:
    """The comments that events after a place in the log are about, and the last of these events."""

    comments: frozenset[str]
    last: str
    complete: bool


@dataclass(frozen=True)
class Verdict:
    """What a moderator said last of a comment, and has not taken back: by which event, who and when."""

    spam: bool
    event_id: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class Written:
    """A comment as the filter reads it."""

    body: str
    name: str
    website: str


@dataclass(frozen=True)
class Example:
    """A comment with its verdict; `logit` is what the model had said of it, None when it never did."""

    comment_id: str
    text: Written
    verdict: Verdict
    logit: float | None = None


def news(session: Session, site: str, after: str, limit: int) -> News:
    """What happened after the event `after`: at most `limit` events, oldest first."""
    query = select(Event.id, Event.comment_id).where(
        Event.site == site, Event.kind.in_(KINDS), Event.id > after
    )
    rows = session.execute(query.order_by(Event.id).limit(limit)).all()
    found = frozenset(comment for _, comment in rows if comment)
    return News(found, rows[-1][0] if rows else after, len(rows) < limit)


def decided_lately(session: Session, site: str, limit: int) -> frozenset[str]:
    """The comments of the last `limit` decisions."""
    query = select(Event.comment_id).where(Event.site == site, Event.kind == "decided")
    return frozenset(filter(None, session.scalars(query.order_by(Event.id.desc()).limit(limit))))


def verdicts(session: Session, site: str, comments: Collection[str]) -> dict[str, Verdict]:
    """The last human verdict on each of these comments that has one.

    None has a comment that was rejected or deleted last: rude is not spam, and not ham either. A verdict that was
    undone leaves the one before it; one on a text that its author changed since is none.
    """
    steps: defaultdict[str, list[Any]] = defaultdict(list)
    columns = (Event.comment_id, Event.kind, Event.decision_id, Event.after, Event.id, Event.actor)
    for batch in batches(sorted(comments)):
        query = select(*columns, Event.created_at).where(
            Event.site == site, Event.comment_id.in_(batch), Event.kind.in_(KINDS)
        )
        for row in session.execute(query.order_by(Event.id)):
            steps[row.comment_id].append(row)
    return {comment: last for comment, rows in steps.items() if (last := _last(rows)) is not None}


def _last(rows: Iterable[Any]) -> Verdict | None:
    standing: list[Any] = []
    for row in rows:
        if row.kind == "decided":
            standing.append(row)
        elif row.kind == "undone":
            standing = [earlier for earlier in standing if earlier.decision_id != row.decision_id]
        else:
            standing.clear()
    if not standing or standing[-1].after not in _SPAM_OF:
        return None
    last = standing[-1]
    return Verdict(_SPAM_OF[last.after], last.id, last.actor, last.created_at)


def known(session: Session, site: str, comments: Collection[str]) -> dict[str, SpamLabel]:
    """The labels that are kept of these comments."""
    found: dict[str, SpamLabel] = {}
    for batch in batches(sorted(comments)):
        query = select(SpamLabel).where(SpamLabel.site == site, SpamLabel.comment_id.in_(batch))
        found.update((label.comment_id, label) for label in session.scalars(query))
    return found


def texts(session: Session, site: str, comments: Collection[str]) -> dict[str, Written]:
    """What these comments say now."""
    found: dict[str, Written] = {}
    columns = (Comment.id, Comment.body, Comment.name, Comment.website)
    for batch in batches(sorted(comments)):
        query = select(*columns).where(Comment.site == site, Comment.id.in_(batch), Comment.body != "")
        found.update((row[0], Written(*row[1:])) for row in session.execute(query))
    return found


def labelled(session: Session, site: str) -> set[str]:
    """The comments that have a label."""
    return set(session.scalars(select(SpamLabel.comment_id).where(SpamLabel.site == site)))


def erased(session: Session, site: str, comments: Collection[str]) -> set[str]:
    """Those of these comments that have a label and no text any more: somebody asked to be forgotten."""
    found: set[str] = set()
    for batch in batches(sorted(comments)):
        query = (
            select(SpamLabel.comment_id)
            .join(Comment, (Comment.site == SpamLabel.site) & (Comment.id == SpamLabel.comment_id))
            .where(SpamLabel.site == site, SpamLabel.comment_id.in_(batch), Comment.body == "")
        )
        found.update(session.scalars(query))
    return found


def examples(session: Session, site: str, limit: int) -> list[Example]:
    """The newest labels with their comments, oldest first; without what a rollback took away."""
    query = (
        select(SpamLabel, Comment.body, Comment.name, Comment.website)
        .join(Comment, (Comment.site == SpamLabel.site) & (Comment.id == SpamLabel.comment_id))
        .where(SpamLabel.site == site, SpamLabel.left_out.is_(False), Comment.body != "")
        .order_by(SpamLabel.event_id.desc())
        .limit(limit)
    )
    found = [
        Example(
            label.comment_id,
            Written(*words),
            Verdict(label.spam, label.event_id, label.actor, label.decided_at),
            label.logit,
        )
        for label, *words in session.execute(query)
    ]
    return found[::-1]


def keep(session: Session, site: str, learned: Sequence[Example]) -> None:
    """Stores labels, in the place of earlier ones of the same comments."""
    forget(session, site, [example.comment_id for example in learned])
    rows: list[Mapping[str, Any]] = [
        {
            "site": site,
            "comment_id": example.comment_id,
            "spam": example.verdict.spam,
            "event_id": example.verdict.event_id,
            "actor": example.verdict.actor,
            "decided_at": example.verdict.at,
            "logit": example.logit,
            "left_out": False,
        }
        for example in learned
    ]
    if rows:
        session.execute(insert(SpamLabel), rows)


def forget(session: Session, site: str, comments: Collection[str]) -> None:
    """Drops the labels of these comments."""
    for batch in batches(sorted(comments)):
        mine = (SpamLabel.site == site, SpamLabel.comment_id.in_(batch))
        session.execute(delete(SpamLabel).where(*mine).execution_options(synchronize_session=False))


def leave_out(session: Session, site: str, after: str) -> None:
    """Marks the labels of decisions after this event: no later model learns them."""
    mine = (SpamLabel.site == site, SpamLabel.event_id > after)
    statement = update(SpamLabel).where(*mine).values(left_out=True)
    session.execute(statement.execution_options(synchronize_session=False))
