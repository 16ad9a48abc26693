"""Whether the sender is banned: such comments always wait, and are never refused, so that a spammer learns nothing."""

from __future__ import annotations

from service.domain.ban import BanKind
from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.verdict import Signal

SCORE = 0.9
_WHO = {
    BanKind.AUTHOR: "The author is banned",
    BanKind.EMAIL_DOMAIN: "The domain of the email is banned",
    BanKind.SOURCE: "The network that it came from is banned",
    None: "An earlier text of this comment met a ban",
}


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Holds under every policy."""
    if facts.banned is None:
        return None
    until = f" until {facts.banned.expires_at:%Y-%m-%d}" if facts.banned.expires_at else ""
    why = f": {facts.banned.reason}" if facts.banned.reason else "."
    return Signal("ban", 1, SCORE, f"{_WHO[facts.banned.kind]}{until}{why}")
