"""Takes the refusals of rate limits, which each serving process counts for itself, to the database."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from service.domain.errors import Unavailable
from service.log import logger
from service.ratelimit.hits import HitCounter
from service.storage import limit_hits
from service.storage.database import transaction
from service.storage.limit_hits import Refusals

EVERY_SECONDS = 5.0
END_SECONDS = 2.0

Context = Callable[[], AbstractContextManager[object]]


class Flusher:
    """Stores what `hits` counted, every few seconds and when it ends; `context` gives a thread the application."""

    def __init__(self, hits: HitCounter, context: Context) -> None:
        self._hits = hits
        self._context = context
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._flush_again_and_again, name="flush-hits", daemon=True)

    def start(self) -> None:
        """Starts the thread; what is counted in the last seconds is stored when the process ends."""
        self._thread.start()
        atexit.register(self.end)

    def end(self) -> None:
        """Stores what is left and stops; a second call does nothing."""
        atexit.unregister(self.end)
        self._ending.set()
        self._thread.join(END_SECONDS)
        self.flush()

    def flush(self) -> None:
        """Stores what was counted since the last time; what cannot be stored is counted again."""
        drained = self._hits.drain()
        if not drained:
            return
        rows = [Refusals(of.site, of.limit, of.hour, count) for of, count in drained.items()]
        try:
            with self._context(), transaction() as session:
                limit_hits.store(session, rows)
        except Exception as error:
            self._hits.give_back(drained)
            if not isinstance(error, Unavailable):
                logger().error("refusals were not stored", failure=type(error).__name__)

    def _flush_again_and_again(self) -> None:
        while not self._ending.wait(EVERY_SECONDS):
            self.flush()


def start(hits: HitCounter, context: Context) -> Flusher:
    """A running flusher; each serving process has one."""
    flusher = Flusher(hits, context)
    flusher.start()
    return flusher
