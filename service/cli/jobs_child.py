"""The jobs worker that the launcher brings along in development, so that `make run` is all there is to start."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from service.cli.template import Template

LOOK_SECONDS = 0.1
RESTART_PAUSE_SECONDS = 2
STOP_SECONDS = 5


class JobsChild:
    """A `worker` child, started once `ready` says so, started again should it end; it ends with us."""

    def __init__(self, template: Template, ready: Callable[[], bool], report: Callable[[str], None]) -> None:
        self._template = template
        self._ready = ready
        self._report = report
        self._stopping = threading.Event()
        self._child: BaseProcess | None = None
        # One thread for good: the kernel ends a child with the thread that started it.
        self._thread = threading.Thread(target=self._keep, name="jobs-child", daemon=True)

    def start(self) -> None:
        """Returns at once."""
        self._thread.start()

    def renew(self) -> None:
        """Replaces the worker, after the job at hand, by one that runs the code as it is now."""
        if self._child is not None:
            self._child.terminate()

    def stop(self) -> None:
        """Ends the worker after the job at hand, or by force after some seconds."""
        self._stopping.set()
        child = self._child
        if child is None:
            return
        child.terminate()
        child.join(STOP_SECONDS)
        if child.is_alive():
            child.kill()

    def _keep(self) -> None:
        while not self._ready():  # a page that is waited for comes before jobs that nobody waits for
            if self._stopping.wait(LOOK_SECONDS):
                return
        while not self._stopping.is_set():
            child = self._template.process("belowline-jobs", work)
            child.start()
            self._child = child
            child.join()
            if self._stopping.wait(RESTART_PAUSE_SECONDS):
                return
            if child.exitcode != 0:
                self._report(f"the jobs worker ended ({child.exitcode}); starting it again")


def work() -> None:
    """Inside the child: does the jobs, with no more in memory than that takes."""
    from service.app import create_app
    from service.jobs import foreground
    from service.jobs.worker import Worker
    from service.settings import Settings
    from service.web.context import services

    os.setsid()  # Ctrl-C is for the launcher, which tells us
    with create_app(Settings.from_environ()).app_context():
        foreground.run(Worker(services()))
