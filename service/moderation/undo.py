"""Puts a decision back: what it changed, and nobody changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.clock import rfc3339
from service.domain.announcement import News
from service.domain.errors import IllegalTransition, NotFound, WindowClosed
from service.domain.ids import new_id
from service.domain.status import Decision
from service.moderation.decide import Touched, touched_by
from service.moderation.outside import have_untaught
from service.notify.announcing import announce
from service.storage import comments, decisions, events
from service.storage.comments import Changes, Comment
from service.storage.database import Session, transaction
from service.storage.decisions import DecisionRecord
from service.storage.events import Event, NewEvent

UNDONE = "undone"
DECISION_UNDONE = "decision_undone"


@dataclass(frozen=True)
class Undoer:
    """Who undoes, when, and within which sites (None: all) and window."""

    actor: str
    at: datetime
    sites: tuple[str, ...] | None
    window: timedelta


@dataclass(frozen=True)
class PutBack:
    """How many comments are as before, how many are not, and the pages whose readers see something else now."""

    restored: int
    skipped: int
    touched: tuple[Touched, ...]


def undo(decision_id: str, by: Undoer) -> PutBack:
    """Restores what the decision changed; a comment that changed since is left as it is.

    Raises NotFound, WindowClosed, IllegalTransition when it was undone before, Unavailable.
    """
    with transaction() as session:
        records = decisions.lock(session, decision_id, by.sites)
        if not records:
            raise NotFound("There is no such decision.")
        open_records = [record for record in records if record.undone_at is None]
        if not open_records:
            raise _undone_before(records[0])
        if by.at >= records[0].created_at + by.window:
            raise WindowClosed(
                f"A decision can be undone for {by.window.total_seconds():.0f} seconds.",
                decided_at=rfc3339(records[0].created_at),
            )
        parts = [_put_back(session, record, by) for record in open_records]
    return PutBack(
        restored=sum(part.restored for part in parts),
        skipped=sum(part.skipped for part in parts),
        touched=tuple(touched for part in parts for touched in part.touched),
    )


def _put_back(session: Session, record: DecisionRecord, by: Undoer) -> PutBack:
    done = {event.comment_id: event for event in events.of_decision(session, record.site, record.id)}
    locked = comments.lock(session, record.site, [comment_id for comment_id in done if comment_id])
    untouched = [comment for comment in locked if comment.version == done[comment.id].version]
    changes = Changes(record.site, comments.above(session, record.site, untouched))
    happened = [_restored(session, comment, done[comment.id], changes, by) for comment in untouched]
    changes.write(session)
    restored, skipped = len(untouched), len(done) - len(untouched)
    events.add_all(session, [*happened, _summary(record, by, restored, skipped)])
    decisions.close(record, by.actor, by.at)
    have_untaught(session, record.site, record.id, Decision(record.decision))
    session.flush()
    undone = {
        "id": record.id,
        "decision": record.decision,
        "reason": record.reason,
        "by": by.actor,
        "comments": restored,
        "undone": True,
    }
    announce(session, record.site, News.COMMENT_DECIDED, undone)
    return PutBack(restored, skipped, (touched_by(session, changes),))


def _restored(session: Session, comment: Comment, done: Event, changes: Changes, by: Undoer) -> NewEvent:
    before = comment.status
    assert done.before is not None  # a decision is a move from somewhere
    comments.set_status(session, comment, done.before, changes)
    comment.review_due = bool(done.detail.get("review"))
    return NewEvent(
        site=comment.site,
        id=new_id(),
        kind=UNDONE,
        actor=by.actor,
        comment_id=comment.id,
        decision_id=done.decision_id,
        before=before,
        after=comment.status,
        version=comment.version,
        reason="",
        note="",
        detail={},
        created_at=by.at,
    )


def _summary(record: DecisionRecord, by: Undoer, restored: int, skipped: int) -> NewEvent:
    """That the decision was undone, also when nothing was left to restore."""
    return NewEvent(
        site=record.site,
        id=new_id(),
        kind=DECISION_UNDONE,
        actor=by.actor,
        decision_id=record.id,
        reason="",
        note="",
        detail={"restored": restored, "skipped": skipped, "decided_by": record.actor},
        created_at=by.at,
    )


def _undone_before(record: DecisionRecord) -> IllegalTransition:
    assert record.undone_at is not None
    return IllegalTransition(
        "This decision was undone before.", undone_by=record.undone_by, undone_at=rfc3339(record.undone_at)
    )
