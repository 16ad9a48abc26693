"""How hot pages are, as measured last; a row for each page that received something lately."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.base import Base
from service.storage.types import Key, Moment, Slug


class PageHeat(Base):
    """One page's measurement; what its columns mean is said in `domain.heat`."""

    __tablename__ = "page_heat"
    __table_args__ = (
        ForeignKeyConstraint(["site", "page_id"], ["pages.site", "pages.id"]),
        Index("ix_page_heat_degree", "site", "degree", "page_id"),
    )

    site: Mapped[Slug] = mapped_column(primary_key=True)
    page_id: Mapped[Key] = mapped_column(primary_key=True)
    degree: Mapped[float]
    received: Mapped[int]
    risky: Mapped[int]
    usual: Mapped[float]
    usual_share: Mapped[float]
    measured_at: Mapped[Moment]
