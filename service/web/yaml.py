"""Writes YAML 1.2 for people to read: only what JSON has, in blocks, always the same text for the same document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

# Words that stand without quotes: nothing in them can be taken for a sign, a number or a comment.
_PLAIN: Final = re.compile(r"[A-Za-z/$][A-Za-z0-9_ ./${}+-]*(?<! )")
# What YAML 1.1, which many parsers still speak, takes for something else than text.
_TAKEN: Final = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"))


def dump(document: Mapping[str, object]) -> str:
    """The document as YAML. Raises TypeError for what JSON does not have."""
    return "\n".join(_block(document, "")) + "\n"


def _block(value: object, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(f"{indent}{_text(str(key))}:", inner, indent + "  ")
    elif isinstance(value, Sequence):
        for inner in value:
            if isinstance(inner, (Mapping, list, tuple)) and inner:
                first, *rest = _block(inner, indent + "  ")
                yield f"{indent}- {first.strip()}"
                yield from rest
            else:
                yield f"{indent}- {_scalar(inner)}"


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    if isinstance(value, (Mapping, list, tuple)) and value:
        yield head
        yield from _block(value, indent)
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return _text(str(value))
    return json.dumps(value)  # numbers, true, false, null, [] and {} are the same in YAML


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _TAKEN:
        return text
    return json.dumps(text, ensure_ascii=False)
