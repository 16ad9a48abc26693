"""A sentence that the catalogues have in every language, and the values in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Value: TypeAlias = "int | float | str | Message | tuple[Message, ...]"


@dataclass(frozen=True)
class Message:
    """`key` is that of the catalogues without its family `console`; the value `count` chooses the plural form.

    A value that is a text comes from outside (a domain, a word); what has words of its own is a message again.
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As it is stored and answered: `{"key": …, "values": {…}}`, messages within it likewise."""
        return {"key": self.key, "values": {name: _plain(value) for name, value in self.values.items()}}


def message_of(document: Mapping[str, Any]) -> Message:
    """The message that was stored."""
    return Message(document["key"], {name: _value(plain) for name, plain in document["values"].items()})


def _plain(value: Value) -> Any:
    if isinstance(value, Message):
        return value.document()
    return [one.document() for one in value] if isinstance(value, tuple) else value


def _value(plain: Any) -> Value:
    if isinstance(plain, dict):
        return message_of(plain)
    if isinstance(plain, list):
        return tuple(map(message_of, plain))
    found: int | float | str = plain
    return found
