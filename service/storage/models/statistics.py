"""What the statistics are answered from: counters by hour, and what is still to be counted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.base import Base
from service.storage.types import Json, Key, Moment, OptionalMoment, Slug


class Rollup(Base):
    """So many of `key`, among what `kind` counts, of one site in the hour that begins at `hour`."""

    __tablename__ = "rollups"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    hour: Mapped[Moment] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class RollupSite(Base):
    """Whose rollups there are. `counted_as` names the rules that they follow; other rules mean counting anew.

    `turn` belongs to whoever counts anew, since `turn_at`. The row is also what counting locks: nothing else does.
    """

    __tablename__ = "rollup_sites"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    counted_as: Mapped[str] = mapped_column(String(80), default="")
    turn: Mapped[str] = mapped_column(String(32), default="")
    turn_at: Mapped[OptionalMoment]


class Uncounted(Base):
    """An event that is not in the rollups yet, written in the event's own transaction.

    Rows are added by whoever changes comments and taken away by whoever counts, so no two changes ever wait for each
    other here. Without a comment it is a `tally` itself: `[[kind, hour, key, how many], …]`.
    """

    __tablename__ = "uncounted"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    comment_id: Mapped[Key] = mapped_column(primary_key=True)
    event_id: Mapped[Key] = mapped_column(primary_key=True)
    tally: Mapped[list[list[Any]] | None] = mapped_column(Json)


class LinkedDomain(Base):
    """A domain to which a comment's present text, or its author's website, links; `hour` is when it was sent."""

    __tablename__ = "linked_domains"
    __table_args__ = (
        ForeignKeyConstraint(["site", "comment_id"], ["comments.site", "comments.id"]),
        Index("ix_linked_domains_hour", "site", "hour", "domain"),
        Index("ix_linked_domains_domain", "site", "domain", "comment_id"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    comment_id: Mapped[Key] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(String(255), primary_key=True)
    hour: Mapped[Moment]
