"""Keeps the serving processes: starts them, replaces the lost ones, renews all on SIGHUP, ends them together."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from service.cli.machine import CannotStart
from service.cli.template import Template

BACKLOG = 2048
STOP_SECONDS = 8  # more than a process gives itself to answer what it has taken
SETTLED_SECONDS = 3.5


@dataclass
class Place:
    """A listening socket and who serves it now. A connection that waits on the socket outlives the process."""

    listener: socket.socket
    process: BaseProcess
    ready: Connection
    started: float
    successor: bool = False


class Supervisor:
    """Serving processes on one address, each with a listening socket of its own that this process keeps.

    One socket for all would do too, but a burst of connections then ends up with whichever process woke first.
    """

    def __init__(self, template: Template, address: tuple[str, int], report: Callable[[str], None]) -> None:
        self._template = template
        self._address = address
        self._report = report
        self._at_terminal = os.isatty(0)
        self._places: list[Place] = []
        self._ending = self._renewing = False
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)

    def serve(self, processes: int, target: Callable[..., object], renewed: Callable[[], None]) -> None:
        """Runs `target(listener, ready)` in so many processes until SIGTERM or SIGINT; calls `renewed` after SIGHUP.

        Raises OSError when the port cannot be opened, and CannotStart when processes end as soon as they start.
        """
        self._target = target
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            for listener in _listeners(*self._address, processes):
                self._places.append(self._start(listener))
            while not self._ending:
                self._wait(*(place.process.sentinel for place in self._places))
                self._replace_lost()
                if self._renewing and not self._ending:
                    self._renewing = False
                    if self._renew():
                        renewed()
        finally:
            self._stop()

    def renew(self) -> None:
        """Has all processes replaced, one after the other, by ones that run the code as it is then; from any thread."""
        self._renewing = True
        self._look_up()

    def _on_signal(self, number: int, _frame: object) -> None:
        # Who closes the terminal wants an end, and not new processes.
        if number == signal.SIGHUP and not self._at_terminal:
            self._renewing = True
        else:
            self._ending = True
        self._look_up()

    def _look_up(self) -> None:
        with suppress(BlockingIOError):  # enough are there
            os.write(self._wake, b"!")

    def _wait(self, *things: Connection | int) -> list[Any]:
        """Which of these are ready; none when somebody made us look up instead."""
        found = wait([self._woken, *things])
        if self._woken in found:
            os.read(self._woken, 1024)
        return found

    def _start(self, listener: socket.socket, *, successor: bool = False) -> Place:
        ready, announces = Pipe(duplex=False)
        process = self._template.process("belowline-web", self._target, listener, announces)
        process.start()
        announces.close()
        return Place(listener, process, ready, time.monotonic(), successor)

    def _replace_lost(self) -> None:
        for number, place in enumerate(self._places):
            if self._ending or place.process.exitcode is None:
                continue
            if place.successor and time.monotonic() - place.started < SETTLED_SECONDS:
                raise CannotStart(
                    "serving processes end as soon as they are started: see what they say above"
                )
            self._report(f"a serving process ended ({place.process.exitcode}); starting another")
            place.ready.close()
            self._places[number] = self._start(place.listener, successor=True)

    def _renew(self) -> bool:
        self._template.outdate()
        for number, place in enumerate(self._places):
            new = self._start(place.listener)
            if not self._is_ready(new):
                if not self._ending:
                    self._report("the new code does not serve: the processes that run the old one go on")
                return False
            place.process.terminate()
            self._places[number] = new
            _join([place], STOP_SECONDS)
        return True

    def _is_ready(self, place: Place) -> bool:
        """Whether it serves, once it does or has ended."""
        while not self._ending:
            found = self._wait(place.ready, place.process.sentinel)
            if place.ready in found:
                try:
                    return bool(place.ready.recv())
                except EOFError:
                    return False
            if place.process.sentinel in found:
                return False
        place.process.terminate()
        return False

    def _stop(self) -> None:
        for place in self._places:
            place.listener.close()
        for place in self._places:
            wait([place.ready, place.process.sentinel], STOP_SECONDS)  # who waits on its socket is answered
            place.process.terminate()
        _join(self._places, STOP_SECONDS)


def _join(places: list[Place], seconds: float) -> None:
    """Waits for processes that were told to end; ends by force those that do not."""
    until = time.monotonic() + seconds
    for place in places:
        place.process.join(max(0.0, until - time.monotonic()))
        if place.process.exitcode is None:
            place.process.kill()
            place.process.join()
        place.ready.close()


def _listeners(host: str, port: int, number: int) -> list[socket.socket]:
    """Sockets that listen there and that child processes inherit. Raises OSError.

    Only Linux shares connections out among sockets of one port; elsewhere it is one socket for all.
    """
    if sys.platform != "linux":
        return [_listening(host, port)] * number
    return [_listening(host, port) for _ in range(number)]


def _listening(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(address)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener
