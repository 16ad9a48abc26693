"""How many comments of each status a site has."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from service.domain.status import Status
from service.storage.base import Base
from service.storage.types import Slug, choice


class Tally(Base):
    """A part of a count: the slots of a site and status add up to it, and changes at one time take different ones."""

    __tablename__ = "tallies"

    site: Mapped[Slug] = mapped_column(primary_key=True)
    status: Mapped[Status] = mapped_column(choice(Status), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    comments: Mapped[int]
