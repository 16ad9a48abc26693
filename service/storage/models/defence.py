"""What the spam defence keeps: campaigns and the signs by which they are found, bans, and the sites' own rules."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.ban import BanKind
from service.domain.campaign import Bond
from service.storage.base import Base
from service.storage.types import Json, Key, Moment, OptionalMoment, Slug, choice


class Campaign(Base):
    """A group of comments that belong together; which ones, each comment says itself."""

    __tablename__ = "campaigns"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    bond: Mapped[Bond] = mapped_column(choice(Bond))
    created_at: Mapped[Moment]


class Sketch(Base):
    """What a comment can be compared by, for some days: the numbers of its text, and its rows of shared signs.

    `signs` are their keys, eight bytes each: with them the rows are found again when they must go.
    """

    __tablename__ = "sketches"
    __table_args__ = (
        ForeignKeyConstraint(["site", "comment_id"], ["comments.site", "comments.id"]),
        Index("ix_sketches_created_at", "created_at"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    comment_id: Mapped[Key] = mapped_column(primary_key=True)
    sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    signs: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]


class SharedSign(Base):
    """Which comments share a sign: the index in which neighbours are found. Nothing but its key, so it has no other."""

    __tablename__ = "shared_signs"
    __table_args__ = ({"sqlite_with_rowid": False},)

    site: Mapped[Slug] = mapped_column(primary_key=True)
    sign: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    comment_id: Mapped[Key] = mapped_column(primary_key=True)


class Ban(Base):
    """Whose comments always wait. `subject` is an author's id, an email domain, or the keyed hash of a network."""

    __tablename__ = "bans"
    __table_args__ = (
        UniqueConstraint("site", "kind", "subject"),
        Index("ix_bans_expires_at", "expires_at"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[BanKind] = mapped_column(choice(BanKind))
    subject: Mapped[str] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[Moment]
    expires_at: Mapped[OptionalMoment]


class RuleSet(Base):
    """All rules of a site as they were saved once; the highest version is in force. Rows are added, never changed."""

    __tablename__ = "rule_sets"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    actor: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text)
    reverts_to: Mapped[int | None]
    created_at: Mapped[Moment]
