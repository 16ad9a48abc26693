"""The jobs worker that the launcher brings along in development, so that `make run` is all there is to start."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

from service.cli.child_process import tied_to_us

COMMAND = (sys.executable, "-m", "flask", "--app", "service", "worker")
LOOK_SECONDS = 0.1
RESTART_PAUSE_SECONDS = 2
STOP_SECONDS = 5


class JobsChild:
    """A `worker` child, started once `ready` says so, started again should it end; it ends with us."""

    def __init__(self, ready: Callable[[], bool], report: Callable[[str], None]) -> None:
        self._ready = ready
        self._report = report
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
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
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()

    def _keep(self) -> None:
        while not self._ready():  # a page that is waited for comes before jobs that nobody waits for
            if self._stopping.wait(LOOK_SECONDS):
                return
        while not self._stopping.is_set():
            self._child = subprocess.Popen(
                COMMAND,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us, and we tell it
                preexec_fn=tied_to_us(),
            )
            self._child.wait()
            if self._stopping.wait(RESTART_PAUSE_SECONDS):
                return
            if self._child.returncode != 0:
                self._report(f"the jobs worker ended ({self._child.returncode}); starting it again")
