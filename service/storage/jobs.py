"""The jobs table: work is added in the transaction that calls for it, leased by one worker at a time, and ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from service.domain.ids import new_id
from service.storage.models import Job
from service.storage.session import Session
from service.storage.upsert import insert_absent

__all__ = ["Leased", "NewJob", "add", "done", "give_up", "is_due", "lease", "postpone", "waiting"]


@dataclass(frozen=True)
class NewJob:
    """What to do, not before when. `payload` holds ids only; `once` is a name that one job at a time may have."""

    kind: str
    run_at: datetime
    payload: Mapping[str, Any]
    once: str | None = None


@dataclass(frozen=True)
class Leased:
    """A job in the hands of a worker; `attempt` counts from 1 and tells this lease from a later one."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    attempt: int


def add(session: Session, new: NewJob) -> bool:
    """Stores a job; returns False when there is one of that `once` already."""
    values = {
        "id": new_id(),
        "kind": new.kind,
        "payload": dict(new.payload),
        "once": new.once,
        "run_at": new.run_at,
        "attempts": 0,
        "failure": "",
    }
    return insert_absent(session, Job, values)


def waiting(session: Session, once: str) -> Mapping[str, Any] | None:
    """The payload of a job that is still to be done and whose `once` begins so, or None."""
    begins = Job.once.startswith(once, autoescape=True)
    return session.scalar(select(Job.payload).where(begins).limit(1))


def is_due(session: Session, now: datetime) -> bool:
    """Whether any job waits to be run; asked before a transaction is begun for it."""
    return session.scalar(select(Job.id).where(*_due(now)).limit(1)) is not None


def lease(session: Session, now: datetime, length: Callable[[str], timedelta]) -> Leased | None:
    """Takes the job that is due longest, for this worker alone while its kind's lease lasts; None when none is due."""
    # Several workers at once each skip the row that another one is just taking; SQLite has one writer anyway.
    job = session.scalar(
        select(Job)
        .where(*_due(now))
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if job is None:
        return None
    job.attempts += 1
    job.run_at = now + length(job.kind)
    session.flush()
    return Leased(job.id, job.kind, job.payload, job.attempts)


def done(session: Session, leased: Leased, again_at: datetime | None = None) -> None:
    """Removes the job, or makes a periodic one due again; does nothing when another worker has it by now."""
    if again_at is None:
        session.execute(delete(Job).where(*_mine(leased)))
    else:
        _change(session, leased, {"run_at": again_at, "attempts": 0, "failure": "", "failed_at": None})


def postpone(session: Session, leased: Leased, failure: str, run_at: datetime) -> None:
    """Notes the kind of error, and makes the job due later; does nothing when another worker has it by now."""
    _change(session, leased, {"run_at": run_at, "failure": failure})


def give_up(session: Session, leased: Leased, failure: str, now: datetime) -> None:
    """Keeps the job as failed, never to be run again; its `once` is free for another."""
    _change(session, leased, {"failed_at": now, "failure": failure, "once": None})


def _due(now: datetime) -> tuple[Any, ...]:
    return (Job.failed_at.is_(None), Job.run_at <= now)


def _mine(leased: Leased) -> tuple[Any, ...]:
    return (Job.id == leased.id, Job.attempts == leased.attempt, Job.failed_at.is_(None))


def _change(session: Session, leased: Leased, values: dict[str, Any]) -> None:
    session.execute(
        update(Job).where(*_mine(leased)).values(values).execution_options(synchronize_session=False)
    )
