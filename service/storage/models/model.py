"""What a site's spam filter has learned: versions of its model, the labels they come from, and where it stands."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.base import Base
from service.storage.types import Key, Moment, OptionalMoment, Slug


class SpamModel(Base):
    """One version of a site's model. `made_as` is `learned`, `rebuilt`, `imported` or `restored`.

    `until` is the newest decision in it; `log_loss` what it cost on the newest labels, before it learned them.
    """

    __tablename__ = "spam_models"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_as: Mapped[str] = mapped_column(String(16))
    weights: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    labels: Mapped[int]
    spam: Mapped[int]
    log_loss: Mapped[float | None]
    until: Mapped[Key]
    created_at: Mapped[Moment]


class SpamLearning(Base):
    """Where a site's learning stands: the version in force (0: none), and the events that were looked at.

    Whoever saves a model or a label locks this row.
    """

    __tablename__ = "spam_learning"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    seen_until: Mapped[Key] = mapped_column(default="")
    changes: Mapped[int] = mapped_column(default=0)
    rebuilt_at: Mapped[OptionalMoment]


class SpamLabel(Base):
    """The last human verdict on a comment, as it was learned.

    `logit` is what the model had said before it learned this; `left_out` marks what a rollback took away.
    """

    __tablename__ = "spam_labels"
    __table_args__ = (Index("ix_spam_labels_event", "site", "event_id"),)

    site: Mapped[Slug] = mapped_column(primary_key=True)
    comment_id: Mapped[Key] = mapped_column(primary_key=True)
    spam: Mapped[bool]
    event_id: Mapped[Key]
    actor: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[Moment]
    logit: Mapped[float | None]
    left_out: Mapped[bool] = mapped_column(default=False)
