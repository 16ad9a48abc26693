"""Comments, the signals kept about them, votes and reports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.status import Status
from service.storage.base import Base
from service.storage.types import Json, Key, Moment, OptionalKey, OptionalMoment, Slug, choice

_HAS_ADDRESS = text("address_fingerprint IS NOT NULL")
_IS_DUE = text("review_due")
_IS_OF_STAFF = text("staff")
_HAS_CAMPAIGN = text("campaign IS NOT NULL")


class Comment(Base):
    """One comment.

    `parent_id` is the comment under which it hangs, `reply_to_id` the one it answers (they differ below the depth
    cap); `root_id` is the top-level comment above it. `listed` is true while readers see it: because it is approved,
    or as a tombstone that carries `listed_replies` direct replies. Ids sort by time, so they are the keyset.
    `confirmed_at`: when the reader of its email's mail said that it is theirs, or when it came with the token of one
    that was. `opinion` is what the classifier thought of the present text, and why; few ever look, so it is read when
    asked for.

    `review_probability` is that with which people were to look at the present text; `sampled`: they were, because it
    waited or was drawn; `review_due`: it was drawn, is public, and nobody has decided yet. `reject_score` is the
    probability of spam by which the filter may reject it, null where it may not.
    """

    __tablename__ = "comments"
    __table_args__ = (
        ForeignKeyConstraint(["site", "page_id"], ["pages.site", "pages.id"]),
        ForeignKeyConstraint(["site", "author_id"], ["authors.site", "authors.id"]),
        # Finds and cannot sort: PostgreSQL must not walk along it when it wants one page in order.
        Index("ix_comments_id", "id", postgresql_using="hash"),
        Index("ix_comments_thread", "site", "page_id", "depth", "listed", "id"),
        Index("ix_comments_top", "site", "page_id", "depth", "listed", "rank", "id"),
        Index("ix_comments_replies", "site", "root_id", "listed", "id"),
        Index("ix_comments_page_status", "site", "page_id", "status", "id"),
        Index("ix_comments_queue", "site", "status", "id"),
        Index("ix_comments_language", "site", "status", "language", "id"),
        Index("ix_comments_risk", "site", "status", "score", "id"),
        Index("ix_comments_author", "site", "author_id", "id"),
        Index("ix_comments_body", "site", "body_fingerprint", "created_at"),
        Index(
            "ix_comments_campaign",
            "site",
            "campaign",
            "status",
            "id",
            sqlite_where=_HAS_CAMPAIGN,
            postgresql_where=_HAS_CAMPAIGN,
        ),
        # small: what was drawn and nobody has decided, and what the desk wrote
        Index("ix_comments_review", "site", "id", sqlite_where=_IS_DUE, postgresql_where=_IS_DUE),
        Index("ix_comments_staff", "site", sqlite_where=_IS_OF_STAFF, postgresql_where=_IS_OF_STAFF),
        # small: only what retention has still to forget
        Index("ix_comments_address", "created_at", sqlite_where=_HAS_ADDRESS, postgresql_where=_HAS_ADDRESS),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    page_id: Mapped[Key]
    author_id: Mapped[Key]
    parent_id: Mapped[OptionalKey]
    reply_to_id: Mapped[OptionalKey]
    root_id: Mapped[OptionalKey]
    depth: Mapped[int]
    status: Mapped[Status] = mapped_column(choice(Status))
    version: Mapped[int] = mapped_column(default=1)
    listed: Mapped[bool] = mapped_column(default=False)
    listed_replies: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(Text)
    website: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    body_fingerprint: Mapped[Key]
    search_text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12), default="", server_default="")
    score: Mapped[float]
    spam_probability: Mapped[float | None]
    reject_score: Mapped[float | None]
    opinion: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    staff: Mapped[bool] = mapped_column(default=False)
    notify: Mapped[bool] = mapped_column(default=False)
    up: Mapped[int] = mapped_column(default=0)
    down: Mapped[int] = mapped_column(default=0)
    rank: Mapped[int] = mapped_column(default=0)
    reports: Mapped[int] = mapped_column(default=0)
    review_probability: Mapped[float | None]
    sampled: Mapped[bool] = mapped_column(default=False, server_default=false())
    review_due: Mapped[bool] = mapped_column(default=False, server_default=false())
    campaign: Mapped[OptionalKey]
    address_fingerprint: Mapped[OptionalKey]
    created_at: Mapped[Moment]
    edited_at: Mapped[OptionalMoment]
    confirmed_at: Mapped[OptionalMoment]


class StoredSignal(Base):
    """A signal as it was found: the ledger behind every hold."""

    __tablename__ = "signals"
    __table_args__ = (
        ForeignKeyConstraint(["site", "comment_id"], ["comments.site", "comments.id"]),
        Index(None, "site", "check", "comment_id"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    comment_id: Mapped[Key] = mapped_column(primary_key=True)
    comment_version: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    check: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    score: Mapped[float]
    reason: Mapped[str] = mapped_column(Text)
    messages: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    span_start: Mapped[int | None]
    span_end: Mapped[int | None]


class Vote(Base):
    """A reader's vote; the reader is a keyed hash of the address, so one address has one vote."""

    __tablename__ = "votes"
    __table_args__ = (ForeignKeyConstraint(["site", "comment_id"], ["comments.site", "comments.id"]),)

    site: Mapped[Slug] = mapped_column(primary_key=True)
    comment_id: Mapped[Key] = mapped_column(primary_key=True)
    voter: Mapped[Key] = mapped_column(primary_key=True)
    value: Mapped[int]
    created_at: Mapped[Moment]


class Report(Base):
    """A reader's complaint about a comment; one per reader and comment."""

    __tablename__ = "reports"
    __table_args__ = (
        ForeignKeyConstraint(["site", "comment_id"], ["comments.site", "comments.id"]),
        UniqueConstraint("site", "comment_id", "reporter"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    comment_id: Mapped[Key]
    reporter: Mapped[Key]
    reason: Mapped[str] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment]
