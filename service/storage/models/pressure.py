"""What is kept against pressure from outside: challenges that were used, and the sites' breakers."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.base import Base
from service.storage.types import Key, Moment, OptionalMoment, Slug


class UsedChallenge(Base):
    """A proof-of-work challenge that somebody used; the row is what makes it good for once."""

    __tablename__ = "used_challenges"
    __table_args__ = (Index("ix_used_challenges_expires_at", "expires_at"),)

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    expires_at: Mapped[Moment]


class SiteBreaker(Base):
    """A site's breaker; a site that never had too much to do with spam has no row.

    `tripped_at` stands until the log says that it is over.
    """

    __tablename__ = "site_breakers"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    ceiling: Mapped[int]
    tripped_at: Mapped[OptionalMoment]
    until: Mapped[OptionalMoment]
    quiet_until: Mapped[OptionalMoment]
    suspicious: Mapped[int] = mapped_column(default=0)
    by: Mapped[str] = mapped_column(String(120), default="")
