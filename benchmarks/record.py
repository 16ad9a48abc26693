"""What was measured in every round, by server and case; ratios are taken within a round, then the median of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict

from benchmarks.load import Measured

Key = tuple[str, str, str]  # server, case, metric


class Record:
    """Numbers by (server, case, metric) and round."""

    def __init__(self) -> None:
        self._values: dict[Key, dict[int, float]] = {}
        self.versions: dict[str, str] = {}
        self.missing: dict[str, str] = {}
        self.failures: list[str] = []
        self.round = 0
        self._began = time.monotonic()

    @property
    def elapsed_seconds(self) -> float:
        """Since the record was begun."""
        return time.monotonic() - self._began

    def note(self, server: str, case: str, metric: str, value: float) -> None:
        """Keeps a number of the current round."""
        self._values.setdefault((server, case, metric), {})[self.round] = value

    def add(self, server: str, case: str, measured: Measured) -> None:
        """Keeps all numbers of a measurement of the current round, and says the rate."""
        for metric, value in asdict(measured).items():
            self.note(server, case, metric, value)
        say(
            f"    {server:24} {case:36} {number(measured.rate):>8}/s  p50 {number(measured.p50):>7} ms"
            f"  p99 {number(measured.p99):>7} ms  cpu {number(measured.cpu_ms):>7} ms"
            + (f"  REFUSED {measured.refused}" if measured.refused else "")
            + (f"  BROKEN {measured.broken}" if measured.broken else "")
        )

    def median(self, key: Key) -> float | None:
        """Over the rounds; None where it was not measured."""
        found = self._values.get(key)
        return statistics.median(found.values()) if found else None

    def spread(self, key: Key) -> tuple[float, float] | None:
        """The least and the most over the rounds."""
        found = self._values.get(key)
        return (min(found.values()), max(found.values())) if found else None

    def ratio(self, key: Key, of: Key) -> float | None:
        """The median over the rounds of one number divided by another of the same round."""
        first, second = self._values.get(key, {}), self._values.get(of, {})
        ratios = [first[turn] / second[turn] for turn in first if second.get(turn)]
        return statistics.median(ratios) if ratios else None

    def has(self, server: str) -> bool:
        """Whether anything was measured of the server."""
        return any(key[0] == server for key in self._values)

    def cases(self, metric: str) -> list[str]:
        """The cases with this metric, in the order in which they were first measured."""
        return _unique(case for _, case, found in self._values if found == metric)

    def servers(self, wanted: Callable[[Key], bool] = lambda _key: True) -> list[str]:
        """The servers with such keys, in the order in which they were first measured."""
        return _unique(key[0] for key in self._values if wanted(key))


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def number(value: float | None) -> str:
    """Three figures that count."""
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 or value == 0 else f"{value:.2g}"


def say(text: str) -> None:
    """Says it at once: a measurement is watched."""
    print(text, flush=True)
