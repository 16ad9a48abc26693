"""Has the filter outside asked about a comment, once it is stored; until it has answered the comment waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from service import clock
from service.domain.status import Status
from service.domain.verdict import Verdict
from service.storage import jobs
from service.storage.comments import Comment
from service.storage.database import Session

JOB: Final = "ask-outside"


@dataclass(frozen=True)
class Awaited:
    """A version of a comment of which the answer is awaited; `publish`: only for that it waits."""

    site: str
    comment: str
    version: int
    publish: bool


def have_asked(session: Session, comment: Comment, verdict: Verdict) -> None:
    """Has the filter asked about the comment as it is now, once the caller's transaction is committed.

    `verdict` is the one without the filter: what it would publish is published when the filter finds nothing.
    """
    waits = comment.status is Status.PENDING and verdict.status is Status.APPROVED
    payload = vars(Awaited(comment.site, comment.id, comment.version, waits))
    jobs.add(session, jobs.NewJob(JOB, clock.now(), payload))
