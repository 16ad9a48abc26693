"""Decisions over comments: together with `undo`, the single writer of a comment's status after its creation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.clock import rfc3339
from service.domain.announcement import News
from service.domain.errors import NotFound, StaleVersion
from service.domain.ids import new_id
from service.domain.status import TRANSITIONS, Decision, Status, check_transition
from service.moderation.outside import have_taught
from service.notify import news
from service.notify.announcing import announce
from service.storage import comments, decisions, events, pages, queue
from service.storage.comments import Changes, Comment
from service.storage.database import Session, transaction
from service.storage.decisions import DecisionRecord
from service.storage.events import NewEvent
from service.storage.queue import Queued

DECIDED = "decided"


@dataclass(frozen=True)
class Ruling:
    """What a moderator says, who and when; `reason` is a code, `actor` the audit log's word for the moderator."""

    decision: Decision
    reason: str
    note: str
    actor: str
    at: datetime
    id: str = field(default_factory=new_id)


@dataclass(frozen=True)
class Seen:
    """A comment as the moderator saw it."""

    site: str
    id: str
    version: int


@dataclass(frozen=True)
class Touched:
    """The pages of one site, by canonical key, whose readers see something else now."""

    site: str
    page_keys: tuple[str, ...]


@dataclass(frozen=True)
class Decided:
    """The comment after the decision."""

    queued: Queued
    touched: Touched


def decide_one(seen: Seen, ruling: Ruling) -> Decided:
    """Moves one comment. Raises NotFound, StaleVersion (who, what, when), IllegalTransition, Unavailable."""
    with transaction() as session:
        return decide_within(session, seen, ruling)


def decide_within(session: Session, seen: Seen, ruling: Ruling) -> Decided:
    """The same as a part of the caller's transaction."""
    found = comments.lock(session, seen.site, [seen.id])
    if not found:
        raise NotFound("There is no such comment.")
    if found[0].version != seen.version:
        raise _stale(session, found[0])
    if not _may_move(found[0], ruling.decision.status):
        check_transition(found[0].status, ruling.decision.status)
    _, touched = settle(session, seen.site, found, ruling)
    queued = queue.one(session, seen.id, [seen.site])
    assert queued is not None
    return Decided(queued, touched)


def settle(session: Session, site: str, locked: Sequence[Comment], ruling: Ruling) -> tuple[int, Touched]:
    """Moves those of a site's locked comments that may move, and records it all; returns how many moved."""
    target = ruling.decision.status
    movable = [comment for comment in locked if _may_move(comment, target)]
    if not movable:
        return 0, Touched(site, ())
    changes = Changes(site, comments.above(session, site, movable))
    happened = [_moved(session, comment, changes, ruling) for comment in movable]
    changes.write(session)
    events.add_all(session, happened)
    news.note(session, site, movable, ruling.reason, ruling.at, decided=True)
    decisions.add(
        session,
        DecisionRecord(
            site=site,
            id=ruling.id,
            actor=ruling.actor,
            decision=ruling.decision.value,
            reason=ruling.reason,
            note=ruling.note,
            decided=len(movable),
            created_at=ruling.at,
        ),
    )
    session.flush()
    have_taught(session, site, ruling.id, ruling.decision)
    announce(session, site, News.COMMENT_DECIDED, told(ruling, len(movable)))
    return len(movable), touched_by(session, changes)


def told(ruling: Ruling, comments: int) -> dict[str, object]:
    """What webhooks are told of a decision."""
    return {
        "id": ruling.id,
        "decision": ruling.decision.value,
        "reason": ruling.reason,
        "by": ruling.actor,
        "comments": comments,
        "undone": False,
    }


def touched_by(session: Session, changes: Changes) -> Touched:
    """The pages whose readers see something else after these changes."""
    return Touched(changes.site, tuple(pages.keys(session, changes.site, changes.approved)))


def _may_move(comment: Comment, target: Status) -> bool:
    """Whether the state machine lets it move, or it was drawn for review and the moderator confirms what it is."""
    return target in TRANSITIONS[comment.status] or (comment.review_due and target is comment.status)


def _moved(session: Session, comment: Comment, changes: Changes, ruling: Ruling) -> NewEvent:
    before, was_due = comment.status, comment.review_due
    comments.set_status(session, comment, ruling.decision.status, changes)
    return NewEvent(
        site=comment.site,
        id=new_id(),
        kind=DECIDED,
        actor=ruling.actor,
        comment_id=comment.id,
        decision_id=ruling.id,
        before=before,
        after=comment.status,
        version=comment.version,
        reason=ruling.reason,
        note=ruling.note,
        detail={"review": True} if was_due else {},
        created_at=ruling.at,
    )


def _stale(session: Session, comment: Comment) -> StaleVersion:
    last = events.last_change(session, comment.site, comment.id)
    return StaleVersion(
        "The comment has changed since you saw it.",
        current_version=comment.version,
        current_status=comment.status.value,
        changed_by=last.actor if last else None,
        changed_at=rfc3339(last.created_at) if last else None,
        change=last.kind if last else None,
    )
