"""Told to stop, the service answers what it has taken, and then ends."""

from __future__ import annotations

import json
import os
import signal
import socket

import pytest

from tests.backing.service import RunningService, comment
from tests.backing.waiting import wait_until
from tests.faults.writers import Writers, stored

pytestmark = pytest.mark.faults


def test_a_stop_under_load_loses_no_request_that_was_taken(service: RunningService) -> None:
    service.start()
    with Writers(service) as writers:
        wait_until(lambda: len(writers.acknowledged) >= 40, "comments come in", 60)
        assert service.stop() == 0
    assert not writers.refused
    service.start()
    # whoever got no answer was not taken: nothing is stored that was not acknowledged, and the other way round
    assert stored(service) == writers.acknowledged


def test_a_comment_whose_sending_has_begun_is_still_taken(sqlite_service: RunningService) -> None:
    sqlite_service.start()
    body = json.dumps(comment("Sent while it stops.")).encode()
    with socket.create_connection(("127.0.0.1", sqlite_service.port), timeout=10) as sender:
        sender.sendall(_head(len(body)) + body[:20])
        wait_until(lambda: sqlite_service.client().get("/healthz").status == 200, "it serves")
        sqlite_service.signal(signal.SIGTERM)
        wait_until(lambda: not _takes_connections(sqlite_service), "it takes no new connections")
        sender.sendall(body[20:])
        assert sender.recv(64).startswith(b"HTTP/1.1 201")
    assert sqlite_service.wait() == 0


def test_who_waits_while_a_process_starts_is_answered_although_it_is_to_stop(
    sqlite_service: RunningService,
) -> None:
    sqlite_service.start()
    lost = sqlite_service.workers()[0]
    os.kill(lost, signal.SIGKILL)
    wait_until(lambda: len(set(sqlite_service.workers()) - {lost}) == 2, "its successor has begun to start")
    waiting = [socket.create_connection(("127.0.0.1", sqlite_service.port), timeout=20) for _ in range(16)]
    for connection in waiting:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    sqlite_service.signal(signal.SIGTERM)
    assert [connection.recv(12) for connection in waiting] == [b"HTTP/1.1 200"] * len(waiting)
    assert sqlite_service.wait() == 0
    for connection in waiting:
        connection.close()


def test_a_sender_that_stops_half_way_does_not_keep_the_service_from_stopping(
    sqlite_service: RunningService,
) -> None:
    sqlite_service.start()
    with socket.create_connection(("127.0.0.1", sqlite_service.port)) as sender:
        sender.sendall(_head(900) + b"{")
        assert sqlite_service.stop() == 0


def _head(length: int) -> bytes:
    lines = (
        "POST /v1/comments HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        f"Content-Length: {length}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _takes_connections(service: RunningService) -> bool:
    try:
        socket.create_connection(("127.0.0.1", service.port), timeout=1).close()
    except OSError:
        return False
    return True
