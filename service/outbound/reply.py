"""What comes of a request to another machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class OutboundError(Exception):
    """What kept an answer away; `kind` is one word, without anything of the address in it."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True)
class Reply:
    """What the other side said, its header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
