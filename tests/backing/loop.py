"""Event loops for tests, beside one that a browser's driver may already run in this thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
SECONDS_MAX = 60


def in_a_loop(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What `work` returns, run in a thread with a loop of its own. Raises TimeoutError when it does not end."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(asyncio.wait_for(work(), SECONDS_MAX))).result()
