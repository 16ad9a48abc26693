"""Ids: UUIDv7 (RFC 9562) as 32 hexadecimal digits, so that ids sort by the time of their making."""

from __future__ import annotations

import re
from datetime import datetime

import uuid_utils

PATTERN = r"[0-9a-f]{32}"
_ID = re.compile(PATTERN)


def new_id() -> str:
    """A new id; later ids sort after earlier ones of the same process."""
    return uuid_utils.uuid7().hex


def is_id(text: str) -> bool:
    """Whether `text` has the shape of an id."""
    return _ID.fullmatch(text) is not None


def id_floor(moment: datetime) -> str:
    """The lowest text that sorts with the ids made at this moment (RFC 9562, 5.7: 48 bits of milliseconds first)."""
    milliseconds = int(moment.timestamp() * 1000)
    return f"{min(max(milliseconds, 0), (1 << 48) - 1):012x}" + "0" * 20
