"""Compares what was measured with budgets.toml: ratios within one run, sizes and counts, never seconds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.record import Key, Record, number

FILE = Path(__file__).parent / "budgets.toml"


class BadBudget(Exception):
    """A line of budgets.toml that cannot be understood."""


@dataclass(frozen=True)
class Budget:
    """`value` (divided by the best of `of`, if there are any) must be at least `least` and at most `most`."""

    what: str
    value: Key
    of: tuple[Key, ...]
    least: float | None
    most: float | None

    @property
    def bound(self) -> str:
        return f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"


@dataclass(frozen=True)
class Kept:
    """A budget and what was found; `found` is None when one of the two was not measured."""

    budget: Budget
    found: float | None

    @property
    def word(self) -> str:
        if self.found is None:
            return "not measured"
        return "kept" if self._kept(self.found) else "MISSED"

    def _kept(self, found: float) -> bool:
        if self.budget.least is not None:
            return found >= self.budget.least
        return self.budget.most is not None and found <= self.budget.most

    def line(self) -> str:
        """A row of the table."""
        return f"| {self.budget.what} | {self.budget.bound} | {number(self.found)} | {self.word} |"


def load(section: str = "budget", file: Path = FILE) -> list[Budget]:
    """The budgets of `make bench`, or of another section, in their order. Raises BadBudget."""
    return [_budget(row) for row in tomllib.loads(file.read_text())[section]]


def _budget(row: Mapping[str, Any]) -> Budget:
    try:
        least, most = row.get("at_least"), row.get("at_most")
        if (least is None) == (most is None):
            raise BadBudget(f"{row['what']}: say at_least or at_most, one of the two")
        return Budget(row["what"], _key(row["value"]), tuple(map(_key, row.get("of", []))), least, most)
    except (KeyError, ValueError) as problem:
        raise BadBudget(f"{row}: {problem}") from problem


def _key(text: str) -> Key:
    server, case, metric = text.split("/")
    return server, case, metric


def compare(record: Record, budgets: list[Budget]) -> list[Kept]:
    """How each budget was kept. Of several peers the one that does best counts."""
    return [Kept(budget, _found(record, budget)) for budget in budgets]


def _found(record: Record, budget: Budget) -> float | None:
    if not budget.of:
        return record.median(budget.value)
    ratios = [ratio for key in budget.of if (ratio := record.ratio(budget.value, key)) is not None]
    if not ratios:
        return None
    return min(ratios) if budget.least is not None else max(ratios)


def table(kept: list[Kept]) -> str:
    """All of it as a table of Markdown."""
    head = ["| budget | must be | found | |", "|---|---|---|---|"]
    return "\n".join([*head, *(one.line() for one in kept)])
