"""What is told outside the house: webhooks, what is still to be told, and what was."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.announcement import DeliveryState, HookFormat
from service.storage.base import Base
from service.storage.types import Document, Key, Moment, Names, OptionalMoment, Slug, choice


class Webhook(Base):
    """A receiver of news. Its address may hold a password of a chat, so it is encrypted together with the secret.

    `host` is what may be shown of the address.
    """

    __tablename__ = "webhooks"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(120))
    host: Mapped[str] = mapped_column(String(255))
    format: Mapped[HookFormat] = mapped_column(choice(HookFormat))
    events: Mapped[Names]
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]


class Announcement(Base):
    """News that happened in this very transaction, and that a job tells afterwards; of others it holds ids only."""

    __tablename__ = "announcements"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[Document]
    created_at: Mapped[Moment]


class Delivery(Base):
    """One message to one webhook, as it is sent, each time under its id."""

    __tablename__ = "deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["site", "webhook_id"], ["webhooks.site", "webhooks.id"]),
        Index("ix_deliveries_webhook", "site", "webhook_id", "id"),
        Index("ix_deliveries_created_at", "created_at"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    id: Mapped[Key] = mapped_column(primary_key=True)
    webhook_id: Mapped[Key]
    event: Mapped[str] = mapped_column(String(40))
    document: Mapped[Document]
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState))
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[int | None]
    failure: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[Moment]
    attempted_at: Mapped[OptionalMoment]


class OutsideFilter(Base):
    """A site's account with Akismet or one like it, which an admin agreed to use; its address and key encrypted."""

    __tablename__ = "outside_filters"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    agreed_by: Mapped[str] = mapped_column(String(120))
    agreed_at: Mapped[Moment]
