"""The serving processes, and the jobs worker beside them: started, announced, and ended together."""

from __future__ import annotations

import http.client
import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from service.cli.jobs_child import JobsChild
from service.cli.machine import CannotStart
from service.cli.saying import say
from service.cli.server import SteadyServer
from service.cli.server_log import server_log
from service.cli.template import Template
from service.settings import Settings

TARGET = "service.wsgi:app"
# Of one worker: connections, idle ones too; requests whose body is still being sent; files for all that and the rest.
CONNECTIONS = 4096
WAITING = 2048
OPEN_FILES = 2 * CONNECTIONS
HEADER_MILLISECONDS = 10_000
HEADER_BYTES = 32 * 1024
STOP_SECONDS = 5
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
    server = SteadyServer(
        plan.template,
        TARGET,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=plan.workers,
        # made when needed; the waiting room lets `threads` of them in
        blocking_threads=settings.threads + WAITING,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEADER_BYTES),
        websockets=False,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        reload=plan.reload,
        log_level=LogLevels.error,
        log_dictconfig=server_log(as_json=settings.production),
    )
    say(f"starting {plan.workers} serving processes with {settings.threads} threads each")
    threading.Thread(target=_announce, args=(plan,), name="announce", daemon=True).start()
    with _jobs(plan, server):
        try:
            server.serve(target_loader=load_worker)
        except OSError as problem:  # the port was taken meanwhile, or a process could not be made
            server.kill_workers()
            raise CannotStart(f"the server cannot go on: {problem.strerror}") from None
    say("stopped")


def load_worker(target: str) -> Callable[..., Any]:
    """The WSGI callable, inside a new serving process: what is prepared needs no place in the waiting room."""
    from service.cli.waiting_room import WaitingRoom

    module, name = target.split(":")
    front = getattr(importlib.import_module(module), name).wsgi_app
    front.inner = WaitingRoom(front.inner, Settings.from_environ().threads, WAITING)
    return front  # type: ignore[no-any-return]


@contextmanager
def _jobs(plan: Plan, server: SteadyServer) -> Iterator[None]:
    """Has the jobs done meanwhile, where no worker of its own runs beside."""
    if not plan.settings.jobs:
        yield
        return
    child = JobsChild(plan.template, lambda: _is_alive(plan.settings), say)
    child.start()
    server.on_reload(child.renew)
    try:
        yield
    finally:
        child.stop()


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
