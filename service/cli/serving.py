"""The serving processes, and the jobs worker beside them: started, announced, and ended together."""

from __future__ import annotations

import http.client
import socket
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import service
from service.cli.jobs_child import JobsChild
from service.cli.machine import CannotStart
from service.cli.saying import say
from service.cli.server.supervisor import Supervisor
from service.cli.template import Template
from service.settings import Settings

OPEN_FILES = 8192  # of one process: connections, idle ones too, and the rest
READY_PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Plan:
    """What is going to run: worked out once, before anything is started."""

    settings: Settings
    workers: int
    template: Template
    reload: bool

    @property
    def base_url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.settings.host, self.settings.host)  # noqa: S104
        return self.settings.public_url or f"http://{host}:{self.settings.port}"


def serve(plan: Plan) -> None:
    """Serves until it is told to end. Raises CannotStart."""
    settings = plan.settings
    supervisor = Supervisor(plan.template, (settings.host, settings.port), say)
    say(f"starting {plan.workers} serving processes with {settings.threads} threads each")
    threading.Thread(target=_announce, args=(plan,), name="announce", daemon=True).start()
    if plan.reload:
        threading.Thread(target=_follow_code, args=(supervisor,), name="follow-code", daemon=True).start()
    jobs = JobsChild(plan.template, lambda: _is_alive(settings), say) if settings.jobs else None
    if jobs is not None:
        jobs.start()
    try:
        supervisor.serve(plan.workers, serve_place, jobs.renew if jobs is not None else lambda: None)
    except OSError as problem:  # the port was taken meanwhile, or a process could not be made
        raise CannotStart(f"the server cannot go on: {problem.strerror}") from None
    finally:
        if jobs is not None:
            jobs.stop()
    say("stopped")


def serve_place(listener: socket.socket, ready: Connection) -> None:
    """Inside a new serving process: all that it takes is imported there, and not by the launcher."""
    from service.cli.server.process import serve as serve_in_process

    serve_in_process(listener, ready)


def _follow_code(supervisor: Supervisor) -> None:
    """Renews the serving processes whenever a source file changes."""
    from watchfiles import PythonFilter, watch

    for _ in watch(Path(service.__file__).parent, watch_filter=PythonFilter()):
        supervisor.renew()


def _announce(plan: Plan) -> None:
    """Says where everything is once the first worker answers; a waiting person should not have to guess."""
    pause = threading.Event()
    while not _is_alive(plan.settings):
        pause.wait(READY_PAUSE_SECONDS)
    base = plan.base_url
    lines = [f"Belowline serves at {base}"]
    if plan.settings.demo:
        lines.append(f"    demo page    {base}/demo")
    lines.append(f"    API          {base}/docs")
    credentials = plan.settings.instance_dir / "demo-credentials.json"
    if plan.settings.demo and credentials.exists():
        lines.append(f"    credentials  {credentials}")
    say("\n".join([*lines, "    Ctrl-C stops it"]))


def _is_alive(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
