"""One serving process: the application behind uvicorn, on a listening socket that the supervisor keeps."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from multiprocessing.connection import Connection

from uvicorn import Config, Server
from uvicorn.importer import import_from_string

from service.cli.server.bridge import Bridge, Limits
from service.cli.server.log import server_log
from service.cli.server.protocol import IDLE_SECONDS, ReaderProtocol
from service.settings import Settings

TARGET = "service.wsgi:app"
SENDING = 2048
BODY_SECONDS = 30
STOP_SECONDS = 5
LAST_CALL_SECONDS = 0.05


class _Server(Server):
    """Says through `ready` that it takes requests; told to end, it first takes who waits on the socket already."""

    def __init__(self, config: Config, ready: Connection) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.send(True)
        self._ready.close()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.sleep(LAST_CALL_SECONDS)
        await super().shutdown(sockets)


def serve(listener: socket.socket, ready: Connection) -> None:
    """Inside a new process: serves until SIGTERM, then answers what it has taken, for some seconds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the launcher, which tells us
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # before the server has its own handler, and after
    app = import_from_string(TARGET)
    settings = Settings.from_environ()
    config = Config(
        Bridge(app.wsgi_app, Limits(settings.threads, SENDING, BODY_SECONDS)),
        http=ReaderProtocol,
        interface="asgi3",
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=server_log(as_json=settings.production),
        proxy_headers=False,  # service.web.client decides whom to believe
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    _Server(config, ready).run(sockets=[listener])
