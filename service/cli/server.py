"""The HTTP server, with listening sockets that outlive its workers."""

from __future__ import annotations

import os
import socket
import sys
from functools import partial
from typing import Any

from granian._granian import SocketHolder
from granian.server import MPServer
from granian.server.mp import WorkerProcess

from service.cli.template import Template

BACKLOG = 2048


def serve_on(target: Any, number: int, name: str | None, loader: Any, sockets: Any, *rest: Any) -> None:
    """Inside a new worker: makes Granian's own holder for the socket, whose number here may be another one."""
    spec_and_holder, listener = sockets
    if listener is not None:
        holder: Any = SocketHolder  # takes more than its types say
        spec_and_holder = (None, holder(listener.fileno(), False, BACKLOG))
    target(number, name, loader, (spec_and_holder, listener), *rest)


class SteadyServer(MPServer):
    """Granian, but the first process holds one listening socket for each worker's place.

    Granian's workers open their own, and a connection that waits on one is reset when its worker goes: killed, or
    replaced on SIGHUP. Here it waits for the successor in the same place. One socket for all workers would do so
    too, but a burst of connections then ends up with whichever woke first.
    """

    def __init__(self, template: Template, target: str, **settings: Any) -> None:
        super().__init__(target, backlog=BACKLOG, **settings)
        self._template = template
        self._listeners: list[socket.socket] = []
        self._at_terminal = os.isatty(0)

    def signal_handler_reload(self, *arguments: Any, **named: Any) -> None:
        """On SIGHUP the workers are replaced one by one, by new code; but who closes the terminal wants an end."""
        self._template.outdate()
        inner: Any = super()
        if self._at_terminal:
            inner.signal_handler_interrupt(*arguments, **named)
        else:
            inner.signal_handler_reload(*arguments, **named)

    def kill_workers(self) -> None:
        """Ends those that are left at once; while one is there, this process does not end either."""
        workers: list[Any] = self.wrks
        for worker in workers:
            worker.kill()

    def _init_shared_socket(self) -> None:
        if sys.platform != "linux":  # only Linux shares connections out among sockets of one port
            super()._init_shared_socket()
            return
        self._sso: socket.socket | None = None
        self._listeners = [
            listening(self.bind_addr, self.bind_port, self.backlog) for _ in range(self.workers)
        ]

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> WorkerProcess:  # type: ignore[override]
        if self._listeners:
            self._sso = self._listeners[idx]
        worker = super()._spawn_worker(idx, partial(serve_on, target), callback_loader)
        planned: Any = worker.inner  # Granian starts a new Python for each; the template has one ready
        worker.inner = self._template.process("belowline-web", planned._target, *planned._args)
        return worker

    def _drop_shared_socket(self) -> None:
        for listener in self._listeners:
            listener.close()
        inner: Any = super()
        inner._drop_shared_socket()


def listening(host: str, port: int, backlog: int) -> socket.socket:
    """A socket that listens there and that child processes inherit. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    # Its connections inherit it: no part of an answer waits for the client to acknowledge an earlier one.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(address)
    listener.listen(backlog)
    listener.setblocking(False)
    listener.set_inheritable(True)
    return listener
