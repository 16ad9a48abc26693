"""A worker as all that a process does, until a signal ends it."""

from __future__ import annotations

import contextvars
import signal
import threading

from service.jobs.worker import Worker
from service.log import logger


def run(worker: Worker) -> None:
    """Does jobs until SIGTERM or SIGINT, and ends after the job at hand. Raises what the worker ended with."""
    failed: list[Exception] = []

    def work() -> None:
        try:
            worker.run()
        except Exception as error:
            failed.append(error)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stopping.set())
    # In a thread, so that a signal's handler never meets a lock that it already holds.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), name="jobs")
    logger().info("worker started")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    logger().info("worker ended")
