"""Who may do what: accounts and API tokens."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.role import Role
from service.storage.base import Base
from service.storage.types import Json, Key, Moment, OptionalKey, OptionalMoment, choice


class Account(Base):
    """A person of the newsroom. `sites` is null for all sites."""

    __tablename__ = "accounts"

    id: Mapped[Key] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(choice(Role))
    sites: Mapped[list[str] | None] = mapped_column(Json)
    created_at: Mapped[Moment]
    disabled_at: Mapped[OptionalMoment]


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
