"""Times as people and programs write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from service.domain.errors import TextProblem

_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)  # RFC 3339, 5.6
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def moment(raw: str) -> datetime:
    """A time of RFC 3339, in UTC. Raises TextProblem: invalid."""
    try:
        if not _MOMENT.fullmatch(raw):
            raise ValueError
        return datetime.fromisoformat(raw.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise TextProblem("invalid", "A time such as 2026-03-07T09:30:00Z.") from None


def day(raw: str) -> datetime | None:
    """The beginning, in UTC, of a day that is written as a date of RFC 3339; None for anything else."""
    try:
        return datetime.fromisoformat(raw).replace(tzinfo=UTC) if _DAY.fullmatch(raw) else None
    except ValueError:
        return None
