"""What a piece of work costs beside another one: ratios hold on any machine, seconds do not."""

from __future__ import annotations

import time
from collections.abc import Callable

ROUNDS = 5
PLAIN = " ".join(f"word{number}" for number in range(900))[:5_000]
"""Text of the longest allowed body with nothing in it that costs more than words do."""


def times_the_cost(work: Callable[[], object], plain: Callable[[], object]) -> float:
    """CPU time of `work` over that of `plain`, the least of a few rounds each: what else runs only adds."""
    return _least(work) / _least(plain)


def _least(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)
