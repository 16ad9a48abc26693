"""Whether the sender is banned: such comments always wait, and are never refused, so that a spammer learns nothing."""

from __future__ import annotations

from service.domain.ban import BanKind
from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.verdict import Signal
from service.spam.wording import signal

SCORE = 0.9
_WHO = {
    BanKind.AUTHOR: Message("signal.ban.author"),
    BanKind.EMAIL_DOMAIN: Message("signal.ban.email_domain"),
    BanKind.SOURCE: Message("signal.ban.source"),
    None: Message("signal.ban.earlier"),
}


def check(_new: NewComment, facts: Facts) -> Signal | None:
    """Holds under every policy."""
    if facts.banned is None:
        return None
    said = [_WHO[facts.banned.kind]]
    if facts.banned.expires_at:
        said.append(Message("signal.ban.until", {"date": f"{facts.banned.expires_at:%Y-%m-%d}"}))
    if facts.banned.reason:
        said.append(Message("signal.ban.because", {"reason": facts.banned.reason}))
    return signal("ban", 1, SCORE, *said)
