"""What is kept against pressure from outside: challenges that were used."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.base import Base
from service.storage.types import Key, Moment, Slug


class UsedChallenge(Base):
    """A proof-of-work challenge that somebody used; the row is what makes it good for once."""

    __tablename__ = "used_challenges"
    __table_args__ = (Index("ix_used_challenges_expires_at", "expires_at"),)

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    expires_at: Mapped[Moment]
