"""Puts messages into words: in English for the ledger, in anybody's language for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from service.domain.message import Message, Value
from service.i18n.catalogue import DEFAULT_LANGUAGE, has, isolated, translate

FAMILY: Final = "console"


def in_english(messages: Sequence[Message]) -> str:
    """The sentences one after the other, with the values as they are."""
    return " ".join(_said(DEFAULT_LANGUAGE, message, str) for message in messages)


def spoken(lang: str, messages: Sequence[Message]) -> str:
    """The sentences one after the other, with texts from outside isolated, so that they reorder nothing."""
    return " ".join(_said(lang, message, isolated) for message in messages)


def _said(lang: str, message: Message, shown: Callable[[str], str]) -> str:
    key = f"{FAMILY}.{message.key}"
    if not has(key):  # of another version of the service: a comment is judged and shown all the same
        return message.key
    return translate(
        lang, key, **{name: _written(lang, value, shown) for name, value in message.values.items()}
    )


def _written(lang: str, value: Value, shown: Callable[[str], str]) -> str | int | float:
    if isinstance(value, Message):
        return _said(lang, value, shown)
    if isinstance(value, tuple):
        comma = translate(lang, f"{FAMILY}.signal.comma")
        return comma.join(_said(lang, one, shown) for one in value)
    return shown(value) if isinstance(value, str) else value
