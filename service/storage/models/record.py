"""What is kept about what happened: events, decisions, idempotency keys, jobs, refusals."""

from __future__ import annotations

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.status import Status
from service.storage.base import Base
from service.storage.types import Document, Json, Key, Moment, OptionalKey, OptionalMoment, Slug, choice


class Event(Base):
    """A row of the audit log: who did what, when, to what. Rows are added and never changed.

    `mac` is a keyed hash of all the rest. Only a `note` may be emptied, when the law asks for it, on the record.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_comment", "site", "comment_id", "id"),
        Index("ix_events_decision", "site", "decision_id", "id"),
        Index("ix_events_kind", "site", "kind", "id"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(120))
    comment_id: Mapped[OptionalKey]
    decision_id: Mapped[OptionalKey]
    before: Mapped[Status | None] = mapped_column(choice(Status, "before"))
    after: Mapped[Status | None] = mapped_column(choice(Status, "after"))
    version: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[Document] = mapped_column(default=dict)
    created_at: Mapped[Moment]
    mac: Mapped[str] = mapped_column(String(64), default="")


class DecisionRecord(Base):
    """One decision of a moderator over one comment or many; what undo refers to."""

    __tablename__ = "decisions"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(String(120))
    decision: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text)
    decided: Mapped[int]
    created_at: Mapped[Moment]
    undone_at: Mapped[OptionalMoment]
    undone_by: Mapped[str | None] = mapped_column(String(120))


class IdempotencyRecord(Base):
    """The first answer to a request with an Idempotency-Key; without `answer` it is still being made."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "expires_at"),)

    site: Mapped[Slug] = mapped_column(primary_key=True)
    key: Mapped[Key] = mapped_column(primary_key=True)
    request: Mapped[Key]
    answer: Mapped[dict[str, object] | None] = mapped_column(Json)
    expires_at: Mapped[Moment]


class Job(Base):
    """Work to do after a commit, written in that commit; a worker leases it and runs it at least once.

    `run_at` is when it is due, and while a worker has it, when its lease ends and another may take it.
    `once` is held by one job at a time. One with `failed_at` was given up and is kept to be looked at; `failure`
    names the kind of its last error.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index(None, "failed_at", "run_at"), UniqueConstraint("once"))

    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[Document]
    once: Mapped[str | None] = mapped_column(String(120))
    run_at: Mapped[Moment]
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(String(120), default="")
    failed_at: Mapped[OptionalMoment]


class LimitHits(Base):
    """How often a rate limit refused, by hour, for the statistics."""

    __tablename__ = "limit_hits"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    hour: Mapped[Moment] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    hits: Mapped[int]
