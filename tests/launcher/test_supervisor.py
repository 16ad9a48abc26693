"""Processes are replaced by what serves, and only by that."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from service.cli.server.supervisor import Supervisor
from service.cli.template import Template
from tests.backing.ports import free_port
from tests.backing.waiting import wait_until

BROKEN = "TEST_SUPERVISOR_BROKEN"


def answer(listener: socket.socket, ready: Connection) -> None:
    """A serving process that tells who it is; it does not start while the file that says so is there."""
    if Path(os.environ[BROKEN]).exists():
        sys.exit(3)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listener.setblocking(True)
    ready.send(True)
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(str(os.getpid()).encode())


def supervise(port: int, log: str) -> None:
    """The launcher's part, in a process of its own, since signals are for a main thread."""

    def report(text: str) -> None:
        with open(log, "a") as file:
            file.write(f"{text}\n")

    supervisor = Supervisor(Template(reload=True), ("127.0.0.1", port), report)
    supervisor.serve(1, answer, lambda: report("renewed"))


class Supervised:
    """A supervisor with one serving process."""

    def __init__(self, folder: Path) -> None:
        self.broken, self.log, self._port = folder / "broken", folder / "log", free_port()
        self.log.touch()
        os.environ[BROKEN] = str(self.broken)
        self.launcher = get_context("spawn").Process(target=supervise, args=(self._port, str(self.log)))
        self.launcher.start()

    def serving(self) -> int:
        """Who answers; 0 while nobody does."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=10) as connection:
                return int(connection.recv(32))
        except (OSError, ValueError):
            return 0

    def hang_up(self) -> None:
        assert self.launcher.pid is not None
        os.kill(self.launcher.pid, signal.SIGHUP)

    def said(self, words: str) -> bool:
        return words in self.log.read_text()


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    running = Supervised(tmp_path)
    try:
        wait_until(lambda: running.serving() != 0, "it serves", 60)
        yield running
    finally:
        running.launcher.terminate()
        running.launcher.join(30)
        assert running.launcher.exitcode == 0
        running.launcher.close()
        del os.environ[BROKEN]


def test_new_code_takes_over_and_code_that_does_not_serve_leaves_the_old(supervised: Supervised) -> None:
    first = supervised.serving()
    supervised.hang_up()
    wait_until(lambda: supervised.said("renewed"), "it was replaced", 60)
    second = supervised.serving()
    assert second not in (0, first)
    supervised.broken.touch()
    supervised.hang_up()
    wait_until(lambda: supervised.said("the new code does not serve"), "it was tried", 60)
    assert supervised.serving() == second
    assert supervised.log.read_text().count("renewed") == 1
    supervised.broken.unlink()
    supervised.hang_up()
    wait_until(lambda: supervised.serving() not in (0, second), "it was replaced again", 60)


def test_a_lost_process_is_said_and_replaced(supervised: Supervised) -> None:
    lost = supervised.serving()
    os.kill(lost, signal.SIGKILL)
    wait_until(lambda: supervised.serving() not in (0, lost), "another serves", 60)
    assert supervised.said("a serving process ended (-9)")
