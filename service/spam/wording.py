"""How a check says what it found."""

from __future__ import annotations

from collections.abc import Iterable

from service.domain.message import Message
from service.domain.verdict import Signal, Span
from service.i18n.messages import in_english


def signal(check: str, version: int, score: float, *said: Message, span: Span | None = None) -> Signal:
    """The signal of a check of this version; its reason is what is said, in English."""
    return Signal(check, version, score, in_english(said), span, said)


def quoted(texts: Iterable[str]) -> tuple[Message, ...]:
    """Words of a comment, for a list in a message."""
    return tuple(Message("signal.quoted", {"text": text}) for text in texts)
