"""The kinds of mail, what a link in one may be for, and how user text is made harmless in it."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum
from typing import Final


class MailKind(StrEnum):
    CONFIRM = "confirm"  # is this address yours?
    MINE = "mine"  # the way to one's own comments, asked for
    NEWS = "news"  # replies and decisions, for authors who asked
    DESK = "desk"  # what waits for moderators
    DESK_CONFIRM = "desk_confirm"  # is this the address of this account?


class NewsKind(StrEnum):
    REPLY = "reply"
    APPROVED = "approved"
    REJECTED = "rejected"


class DeskTopic(StrEnum):
    """What a moderator may want to be told."""

    HOLDS = "holds"
    CAMPAIGNS = "campaigns"
    ALARMS = "alarms"


class Purpose(StrEnum):
    """What a link is for."""

    CONFIRM = "confirm"
    MINE = "mine"
    VISIT = "visit"  # what a `mine` link is exchanged for; it never stands in an address
    STOP = "stop"
    DECIDE = "decide"
    DESK_CONFIRM = "desk_confirm"
    DESK_STOP = "desk_stop"


LINK_LIFE: Final[dict[Purpose, timedelta]] = {
    Purpose.CONFIRM: timedelta(days=7),
    Purpose.MINE: timedelta(hours=2),
    Purpose.VISIT: timedelta(hours=1),
    Purpose.STOP: timedelta(days=90),
    Purpose.DECIDE: timedelta(days=3),
    Purpose.DESK_CONFIRM: timedelta(days=7),
    Purpose.DESK_STOP: timedelta(days=90),
}

EXCERPT_MAX: Final = 280
_ADDRESS = re.compile(r"\S*(?::/|www\.)\S*", re.IGNORECASE)
_DOTTED = re.compile(r"(?<=\w)([.。．｡])(?=\w)")
_SPACE = re.compile(r"\s+")


def unlinked(text: str) -> str:
    """The words in one line, such that no mail program makes a link of any: addresses are left out, dots and @ inside
    words get a space."""
    without = _ADDRESS.sub("[…]", text)
    return _SPACE.sub(" ", _DOTTED.sub(r"\1 ", without).replace("@", " @ ")).strip()


def excerpt(text: str, length: int = EXCERPT_MAX) -> str:
    """The beginning of a text, unlinked, cut at a word."""
    line = unlinked(text)
    if len(line) <= length:
        return line
    cut = line[:length]
    return f"{cut.rpartition(' ')[0] or cut}…"
