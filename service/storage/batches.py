"""Long lists in parts, so that no statement has more parameters than a database takes or plans well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

ROWS = 500

T = TypeVar("T")


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in order, at most ROWS at a time."""
    for start in range(0, len(items), ROWS):
        yield items[start : start + ROWS]
