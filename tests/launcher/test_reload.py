"""Serving processes are replaced, or killed, and nobody who waits for an answer is hung up on."""

from __future__ import annotations

import os
import pty
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backing.service import RunningService
from tests.backing.waiting import wait_until
from tests.faults.writers import Writers

CONNECTIONS = 40


@pytest.fixture
def service() -> Iterator[RunningService]:
    running = RunningService({"BELOWLINE_LIMITS": "off", "BELOWLINE_WORKERS": "2"})
    yield running
    running.remove()


def test_a_hangup_replaces_every_process_without_a_lost_request(service: RunningService) -> None:
    service.start()
    before = set(service.workers())
    with Writers(service) as writers:
        wait_until(lambda: len(writers.acknowledged) >= 20, "comments come in", 30)
        service.signal(signal.SIGHUP)
        wait_until(
            lambda: len(service.workers()) == 2 and not before & set(service.workers()), "replaced", 60
        )
        so_far = len(writers.acknowledged)
        wait_until(lambda: len(writers.acknowledged) >= so_far + 20, "comments come in", 30)
    assert writers.unanswered == 0
    assert not writers.refused


def test_who_waits_on_a_killed_process_is_answered_by_its_successor(service: RunningService) -> None:
    service.start()
    victim = service.workers()[0]
    os.kill(victim, signal.SIGSTOP)
    wait_until(lambda: _stopped(victim), "none of its threads takes a connection any more")
    waiting = [socket.create_connection(("127.0.0.1", service.port), timeout=30) for _ in range(CONNECTIONS)]
    for connection in waiting:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    os.kill(victim, signal.SIGKILL)
    assert [connection.recv(12) for connection in waiting] == [b"HTTP/1.1 200"] * CONNECTIONS
    for connection in waiting:
        connection.close()


def test_closing_the_terminal_stops_the_service(service: RunningService) -> None:
    terminal, end = pty.openpty()
    service.start(stdin=end)
    os.close(end)
    service.signal(signal.SIGHUP)
    assert service.wait() == 0
    os.close(terminal)


def _stopped(pid: int) -> bool:
    states = [
        stat.read_text().rsplit(")", 1)[1].split()[0] for stat in Path(f"/proc/{pid}/task").glob("*/stat")
    ]
    return set(states) == {"T"}
