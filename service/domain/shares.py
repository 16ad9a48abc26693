"""Shares of what was reviewed, weighted by how likely it was to be reviewed, with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

Z95: Final = 1.959963984540054  # a normal variable lies within this many standard deviations 95 % of the time
REVIEWED_MIN: Final = 30
Interval = tuple[float, float]


@dataclass(frozen=True)
class Share:
    """A share in [0, 1] with its 95 % interval; None where it cannot be told. `reviewed` is what it rests on."""

    value: float | None
    interval: Interval | None
    reviewed: int

    @property
    def too_few(self) -> bool:
        return self.reviewed < REVIEWED_MIN


@dataclass(frozen=True)
class Reviewed:
    """So many comments of one side, by the probability in (0, 1] with which each was to be reviewed.

    `least` is the smallest probability on this side, also where nothing was found under it.
    """

    counts: Mapping[float, int]
    least: float = 1.0

    @property
    def number(self) -> int:
        return sum(self.counts.values())

    @property
    def estimate(self) -> float:
        """How many there are, reviewed or not: each counts by its inverse probability (Horvitz, Thompson 1952)."""
        return sum(count / probability for probability, count in self.counts.items())

    @property
    def weight(self) -> float:
        """The one weight under which fewer comments would be as certain: the mean, by weight."""
        squares = sum(count / probability**2 for probability, count in self.counts.items())
        return squares / self.estimate if self.number else 1 / self.least


def share(hits: Reviewed, misses: Reviewed, *, knowable: bool = True, rests_on: int | None = None) -> Share:
    """The share of hits among both, with a 95 % interval.

    Given how many were reviewed, which side each is on is binomial; Wilson's interval for that share is carried over
    to the odds of all by the two sides' weights. With equal weights it is Wilson's interval itself. Where a side has
    several weights, it counts as fewer comments of one weight with the same variance (as in Fay and Feuer 1997).
    `rests_on` is how many reviewed comments make it worth telling, if not those of both sides.
    """
    reviewed = hits.number + misses.number
    rests_on = reviewed if rests_on is None else rests_on
    if not knowable or reviewed == 0 or rests_on < REVIEWED_MIN:
        return Share(None, None, rests_on)
    value = hits.estimate / (hits.estimate + misses.estimate)
    of_hits, of_misses = hits.estimate / hits.weight, misses.estimate / misses.weight
    low, high = (
        _weighted(bound, hits.weight, misses.weight) for bound in wilson(of_hits, of_hits + of_misses)
    )
    return Share(value, (low, high), rests_on)


def wilson(hits: float, number: float) -> Interval:
    """Wilson's score interval (1927, eq. 5; Brown, Cai and DasGupta 2001, eq. 4) for `hits` of `number` > 0."""
    square = Z95 * Z95
    middle = (hits + square / 2) / (number + square)
    half = Z95 / (number + square) * math.sqrt(hits * (number - hits) / number + square / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def mean(sums: Iterable[tuple[float, int, float, float]]) -> tuple[float, Interval] | None:
    """A weighted mean with its 95 % interval, from (probability, number, sum, sum of squares); None without any.

    The variance is that of a ratio of two weighted sums (Särndal, Swensson and Wretman 1992, 5.7).
    """
    parts = [part for part in sums if part[1]]
    weight = sum(number / probability for probability, number, _, _ in parts)
    if not weight:
        return None
    value = sum(total / probability for probability, _, total, _ in parts) / weight
    variance = sum(
        (squares - 2 * value * total + number * value**2) / probability**2
        for probability, number, total, squares in parts
    )
    half = Z95 * math.sqrt(max(0.0, variance)) / weight
    return value, (max(0.0, value - half), min(1.0, value + half))


def _weighted(bound: float, weight_of_hits: float, weight_of_misses: float) -> float:
    hits, misses = bound * weight_of_hits, (1 - bound) * weight_of_misses
    return hits / (hits + misses)
