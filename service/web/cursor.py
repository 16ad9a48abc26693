"""Opaque cursors: where a list goes on."""

from __future__ import annotations

import base64
import binascii
import re

from service.domain.errors import Malformed
from service.domain.ids import is_id

CURSOR_MAX = 200

_SHAPE = re.compile(rf"[A-Za-z0-9_-]{{1,{CURSOR_MAX}}}")


def encode(kind: str, *parts: str | int | float) -> str:
    """A cursor of this kind; `kind` keeps one list's cursor from being used with another."""
    text = ":".join([kind, *(str(part) for part in parts)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(kind: str, cursor: str, parts: int) -> list[str]:
    """The parts of a cursor; the last one is an id. Raises Malformed for any other text."""
    try:
        if not _SHAPE.fullmatch(cursor):
            raise ValueError
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (ValueError, binascii.Error):
        raise Malformed("The cursor is not one of ours.") from None
    found = text.split(":")
    if found[0] != kind or len(found) != parts + 1 or not is_id(found[-1]):
        raise Malformed("The cursor is not one of this list.")
    return found[1:]


def whole(text: str) -> int:
    """A number inside a cursor. Raises Malformed."""
    try:
        if len(text) > 18:
            raise ValueError
        return int(text)
    except ValueError:
        raise Malformed("The cursor is not one of this list.") from None


def real(text: str) -> float:
    """A real number inside a cursor. Raises Malformed."""
    try:
        number = float(text)
    except ValueError:
        raise Malformed("The cursor is not one of this list.") from None
    if number != number or abs(number) > 1e9:
        raise Malformed("The cursor is not one of this list.")
    return number
