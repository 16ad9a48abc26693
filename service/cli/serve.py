"""The launcher behind `make run` and the container: sets up, starts the embedded Valkey, serves.

python -m service.cli.serve [--reload]
"""

from __future__ import annotations

import hashlib
import http.client
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from service.cli.embedded_valkey import EmbeddedValkey, binary
from service.cli.jobs_child import JobsChild
from service.cli.machine import CannotStart, check_folder, check_port, open_files, worker_count
from service.cli.server import SteadyServer
from service.cli.server_log import server_log
from service.cli.template import Template, command
from service.settings import Settings, SettingsError
from service.storage.quick_look import is_ready

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


def main(arguments: list[str]) -> int:
    """Serves; returns the exit status: 0 after a clean stop, 1 when it could not start."""
    valkey = None
    signal.signal(signal.SIGTERM, _stop_early)
    try:
        settings = Settings.from_environ()
        check_folder(settings.instance_dir, "BELOWLINE_INSTANCE_DIR")
        check_port(settings.host, settings.port)
        open_files(OPEN_FILES)
        valkey = _embedded_valkey(settings)
        if valkey is not None:
            os.environ["REDIS_URL"] = valkey.url
        template = Template(reload="--reload" in arguments)
        template.prepare()
        if valkey is not None:
            valkey.start()
        plan = Plan(settings, _workers(settings, valkey), template, "--reload" in arguments)
        _set_up(settings, template)
        _serve(plan)
    except (SettingsError, CannotStart) as problem:
        sys.stderr.write(f"belowline: {problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if valkey is not None:
            valkey.stop()
    return 0


def _stop_early(_number: int, _frame: object) -> None:
    """Until the server has its own handlers; the first process of a container would else ignore it."""
    raise KeyboardInterrupt


def _say(text: str) -> None:
    sys.stderr.write(f"==> {text}\n")
    sys.stderr.flush()


def _embedded_valkey(settings: Settings) -> EmbeddedValkey | None:
    if settings.redis_url is not None:
        return None
    program = binary()
    if program is None:
        _say(
            "no embedded Valkey for this platform and no REDIS_URL: one serving process keeps the rate limits"
        )
        return None
    return EmbeddedValkey(program, _say)


def _workers(settings: Settings, valkey: EmbeddedValkey | None) -> int:
    shared_limits = settings.redis_url is not None or valkey is not None
    if settings.workers is None:
        return worker_count() if shared_limits else 1
    if settings.workers > 1 and not shared_limits:
        _say(f"each of the {settings.workers} serving processes counts rate limits for itself")
    return settings.workers


def _set_up(settings: Settings, template: Template) -> None:
    """Migrates, and makes the demo, in a process of its own: this one stays small. Raises CannotStart."""
    if _is_set_up(settings):
        _say("the database is up to date")
        return
    _say("bringing the database up to date")
    setup = template.process("belowline-setup", command, "setup")
    setup.start()
    setup.join()
    if setup.exitcode != 0:
        raise CannotStart("the service was not set up, for the reason above")


def _is_set_up(settings: Settings) -> bool:
    """Whether that can be seen at a glance: the database of a `make run` that was run before."""
    if settings.production or settings.database_url is not None or not settings.demo:
        return False
    try:
        kept = json.loads((settings.instance_dir / "demo-credentials.json").read_text())
        shown = [kept["moderator_token"], kept["admin_token"]]
    except (OSError, ValueError, TypeError, KeyError):
        return False
    digests = [hashlib.sha256(token.encode()).hexdigest() for token in shown]
    return is_ready(settings.instance_dir / "belowline.db", digests)


def load_worker(target: str) -> Callable[..., Any]:
    """The WSGI callable, inside a new serving process: what is prepared needs no place in the waiting room."""
    from service.cli.waiting_room import WaitingRoom

    module, name = target.split(":")
    front = getattr(importlib.import_module(module), name).wsgi_app
    front.inner = WaitingRoom(front.inner, Settings.from_environ().threads, WAITING)
    return front  # type: ignore[no-any-return]


def _serve(plan: Plan) -> None:
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
    _say(f"starting {plan.workers} serving processes with {settings.threads} threads each")
    threading.Thread(target=_announce, args=(plan,), name="announce", daemon=True).start()
    with _jobs(plan, server):
        try:
            server.serve(target_loader=load_worker)
        except OSError as problem:  # the port was taken meanwhile, or a process could not be made
            server.kill_workers()
            raise CannotStart(f"the server cannot go on: {problem.strerror}") from None
    _say("stopped")


@contextmanager
def _jobs(plan: Plan, server: SteadyServer) -> Iterator[None]:
    """Has the jobs done meanwhile, where no worker of its own runs beside."""
    if not plan.settings.jobs:
        yield
        return
    child = JobsChild(plan.template, lambda: _is_alive(plan.settings), _say)
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
    _say("\n".join([*lines, "    Ctrl-C stops it"]))


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


if __name__ == "__main__":
    # under its own name, so that the workers find `load_worker` by it
    from service.cli.serve import main as launch

    sys.exit(launch(sys.argv[1:]))
