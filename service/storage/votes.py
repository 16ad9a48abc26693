"""Votes and reports of readers: one of each per reader and comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from service.domain.ids import new_id
from service.storage import pages
from service.storage.models import Comment, Report, Vote
from service.storage.session import Session
from service.storage.upsert import insert_absent


@dataclass(frozen=True)
class Opinion:
    """What a reader (a keyed hash) thinks of a comment: 1, 0 or -1."""

    reader: str
    value: int


def cast(session: Session, comment: Comment, opinion: Opinion, now: datetime) -> None:
    """Makes `opinion` the reader's vote on a locked comment, and moves its sums."""
    mine = (Vote.site == comment.site, Vote.comment_id == comment.id, Vote.voter == opinion.reader)
    before = session.scalar(select(Vote.value).where(*mine)) or 0
    if before == opinion.value:
        return
    session.execute(delete(Vote).where(*mine))
    if opinion.value:
        session.add(
            Vote(
                site=comment.site,
                comment_id=comment.id,
                voter=opinion.reader,
                value=opinion.value,
                created_at=now,
            )
        )
    comment.up += (opinion.value == 1) - (before == 1)
    comment.down += (opinion.value == -1) - (before == -1)
    comment.rank = comment.up - comment.down
    session.flush()
    pages.change(session, comment.site, comment.page_id, 0)


@dataclass(frozen=True)
class Complaint:
    """What a reader (a keyed hash) has against a comment."""

    reader: str
    reason: str
    note: str


def report(session: Session, comment: Comment, complaint: Complaint, now: datetime) -> bool:
    """Keeps the complaint about a locked comment; returns False when this reader complained before."""
    values = {
        "site": comment.site,
        "id": new_id(),
        "comment_id": comment.id,
        "reporter": complaint.reader,
        "reason": complaint.reason,
        "note": complaint.note,
        "created_at": now,
    }
    if not insert_absent(session, Report, values):
        return False
    comment.reports += 1
    return True


def reports_of(session: Session, site: str, comment_id: str) -> Sequence[Report]:
    """The complaints about a comment, oldest first."""
    return session.scalars(
        select(Report).where(Report.site == site, Report.comment_id == comment_id).order_by(Report.id)
    ).all()
