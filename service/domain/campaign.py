"""Comments that belong together: what binds a campaign, and what a new comment has in common with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.status import Status


class Bond(StrEnum):
    """What the comments of a campaign have in common, the strongest sign first."""

    TEXT = "text"
    LINK = "link"
    SOURCE = "source"


@dataclass(frozen=True)
class Neighbour:
    """An earlier comment of the site that shares a sign with the new one.

    `shares` is which, `domain` the domain for Bond.LINK; `campaign` and `bond` are of the campaign it is in.
    """

    id: str
    shares: Bond
    domain: str
    campaign: str | None
    bond: Bond | None
    author: str
    status: Status
    sketch: bytes | None
    sent_at: datetime


@dataclass(frozen=True)
class Kin:
    """The comments that the new one belongs with; without a campaign they are one, or are still too few.

    `others` are ids of comments that join the campaign with it: they are in none, or in one of a weaker bond.
    """

    bond: Bond
    campaign: str | None
    others: tuple[str, ...]
    enough: bool


@dataclass(frozen=True)
class Campaign:
    """The campaign that a new comment makes or joins, as the checks know it: its other comments, by status."""

    bond: Bond
    comments: int
    refused: int = 0
