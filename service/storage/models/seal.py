"""The chain over the audit log: what waits for a seal, the seals, and the head of each site's chain."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.base import Base
from service.storage.types import Key, Moment, Slug


class UnsealedEvent(Base):
    """An event that no seal holds yet, written in the event's own transaction."""

    __tablename__ = "unsealed_events"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    event_id: Mapped[Key] = mapped_column(primary_key=True)


class Seal(Base):
    """A link of a site's chain: some events, in their order, under a keyed hash that goes on from the link before.

    `events` are their ids, 16 bytes each; `total` counts the events up to here.
    """

    __tablename__ = "seals"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    events: Mapped[bytes] = mapped_column(LargeBinary)
    total: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[Moment]


class SealHead(Base):
    """The last link of a site's chain, so that cutting links off is seen; whoever seals locks this row."""

    __tablename__ = "seal_heads"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
    mac: Mapped[str] = mapped_column(String(64), default="")
