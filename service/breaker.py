"""Keeps requests away from a server that does not answer, and notices by itself when it answers again."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Final

from service.log import logger

PAUSE_SECONDS: Final = 0.5


class Breaker:
    """Closed while all is well. Opened by a failure; a thread of its own asks `answers` until it may close.

    A request never tries out whether the server is back: with a frozen server that would cost it the timeout.
    """

    def __init__(
        self, answers: Callable[[], bool], pause_seconds: float = PAUSE_SECONDS, name: str = "redis"
    ) -> None:
        self._answers = answers
        self._name = name
        self._pause_seconds = pause_seconds
        self._lock = Lock()
        self._ended = Event()
        self._closed = True

    @property
    def closed(self) -> bool:
        return self._closed

    def open(self) -> None:
        """Opens it and starts watching; does nothing where another thread was first."""
        with self._lock:
            if not self._closed or self._ended.is_set():
                return
            self._closed = False
        logger().warning("a server does not answer", server=self._name)
        Thread(target=self._watch, name=f"{self._name}-watch", daemon=True).start()

    def end(self) -> None:
        """Stops watching for good."""
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(self._pause_seconds):
            if self._answers():
                self._closed = True
                logger().info("a server answers again", server=self._name)
                return
