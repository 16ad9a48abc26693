"""Waiting for a condition instead of sleeping for a guess, and bounds that a busy machine keeps, too."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

PAUSE_SECONDS = 0.02


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 15) -> float:
    """The seconds it took until `condition` held. Raises AssertionError with `what` after `seconds`."""
    began = time.monotonic()
    pause = threading.Event()
    while not condition():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        pause.wait(PAUSE_SECONDS)
    return time.monotonic() - began


def one_within(seconds: float, tries: Iterable[float], what: str) -> None:
    """Returns after the first of the `tries`, each the seconds that something took, of at most `seconds`.

    For what may cost a moment and no more: a busy machine delays a try or two, a fault all of them. The tries after
    a good one are not made. Raises AssertionError with `what` when none was good.
    """
    took = []
    for each in tries:
        if each <= seconds:
            return
        took.append(f"{each:.2f}")
    raise AssertionError(f"took {', '.join(took)} s each time instead of {seconds} s at most: {what}")
