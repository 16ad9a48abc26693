"""Waiting for a condition instead of sleeping for a guess."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

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
