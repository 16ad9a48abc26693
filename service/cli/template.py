"""One process that has imported everything, from which the serving and working ones are forked.

They share the memory of what was imported, and start without importing it again.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing import current_process, forkserver, get_context, parent_process, set_forkserver_preload
from multiprocessing.process import BaseProcess
from typing import Any

from service.cli.child_process import die_with_parent, show_name

IMPORTED = "service.cli.imported"


class Template:
    """Forks processes while its code is the code on disk; once told that it may not be, starts them anew.

    Only on Linux: elsewhere the server's own libraries do not survive a fork.
    """

    def __init__(self, *, reload: bool) -> None:
        self._outdated = reload or sys.platform != "linux"

    def prepare(self) -> None:
        """Starts the template, which imports while others go on."""
        # Each of many threads would get memory of its own to take from: a tenth more of all after some load.
        os.environ.setdefault("MALLOC_ARENA_MAX", "2")
        if not self._outdated:
            set_forkserver_preload([IMPORTED])
            forkserver.ensure_running()

    def outdate(self) -> None:
        """From now on processes start with the code that is on disk then. The template stays: others hang on it."""
        self._outdated = True

    def process(self, name: str, work: Callable[..., object], *arguments: Any) -> BaseProcess:
        """A process, not started yet, that is to run `work` (found by its name) and ends with the launcher.

        Its environment is that of this moment. `ps -o comm` shows the first 15 letters of `name`.
        """
        context: Any = get_context("spawn" if self._outdated else "forkserver")
        process: BaseProcess = context.Process(
            name=name, target=_run, args=(dict(os.environ), work, *arguments)
        )
        return process


def command(*arguments: str) -> None:
    """Inside a process: `flask --app service …`; ends it with the command's status."""
    from flask.cli import ScriptInfo

    from service import create_app

    app = create_app()
    app.cli.main(list(arguments), prog_name="flask", obj=ScriptInfo(create_app=lambda: app))


def _run(environment: dict[str, str], work: Callable[..., object], *arguments: Any) -> None:
    os.environ.clear()
    os.environ.update(environment)
    die_with_parent(os.getppid())  # the launcher or the template: the kernel sees to it
    threading.Thread(target=_follow_launcher, name="follow-launcher", daemon=True).start()
    show_name(current_process().name)
    try:
        work(*arguments)
    finally:
        atexit._run_exitfuncs()  # a forked process of multiprocessing ends without


def _follow_launcher() -> None:
    """The template lives on while its children do, so they have to look for themselves."""
    launcher = parent_process()
    if launcher is not None:
        launcher.join()
    os.kill(os.getpid(), signal.SIGTERM)
