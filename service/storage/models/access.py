"""Who may do what: accounts, their sessions in a browser, and API tokens."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.role import Role, Stage
from service.storage.base import Base
from service.storage.types import Json, Key, Moment, Names, OptionalKey, OptionalMoment, Slug, choice


class Account(Base):
    """A person of the newsroom. `sites` is null for all sites.

    `factor` is the encrypted secret of the second factor, null for none; `factor_step` the last time step that a code
    was taken for, so that no code counts twice; `recovery` holds the SHA-256 of codes for a lost device.
    """

    __tablename__ = "accounts"

    id: Mapped[Key] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(choice(Role))
    sites: Mapped[list[str] | None] = mapped_column(Json)
    language: Mapped[str] = mapped_column(String(12), default="")
    factor: Mapped[bytes | None] = mapped_column(LargeBinary)
    factor_step: Mapped[int] = mapped_column(default=0)
    recovery: Mapped[Names] = mapped_column(default=list)
    created_at: Mapped[Moment]
    disabled_at: Mapped[OptionalMoment]


class LoginSession(Base):
    """A browser that somebody signed in with: the SHA-256 of its cookie. `factor` is a secret being enrolled."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "account_id"), Index(None, "created_at"))

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    stage: Mapped[Stage] = mapped_column(choice(Stage))
    factor: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]


class Claim(Base):
    """What somebody of the newsroom is looking at, for a while: a hint for colleagues, one row a person and site."""

    __tablename__ = "claims"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(String(120), primary_key=True)
    comment_id: Mapped[Key]
    since: Mapped[Moment]
    until: Mapped[Moment]


class Token(Base):
    """An API token: its SHA-256 at rest, shown once. `sites` is null for all sites."""

    __tablename__ = "tokens"

    id: Mapped[Key] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    prefix: Mapped[str] = mapped_column(String(12))
    label: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(choice(Role))
    sites: Mapped[list[str] | None] = mapped_column(Json)
    account_id: Mapped[OptionalKey]
    created_at: Mapped[Moment]
    expires_at: Mapped[OptionalMoment]
    revoked_at: Mapped[OptionalMoment]
    last_used_at: Mapped[OptionalMoment]
