"""Clients that send next to nothing, in great number, do not keep others out."""

from __future__ import annotations

import resource
import socket
import statistics
import time
from collections.abc import Iterator

import pytest

from tests.backing.service import RunningService, comment

pytestmark = pytest.mark.faults

SLOW_CLIENTS = 2_000
TRIES = 9
AS_IF_NOBODY_WAS_SLOW = (
    50  # times the usual; a server kept busy by the slow ones is thousands of times slower
)
ARTICLE = "https://news.example/article"

POST = b"POST /v1/comments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
HALF_SENT = {
    "head": b"GET /v1/comments?site=demo HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    "body": POST + b"Content-Length: 900\r\n\r\n{",
    "chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n384\r\n{",
}


@pytest.fixture(scope="module", autouse=True)
def _enough_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 2 * SLOW_CLIENTS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * SLOW_CLIENTS), hard))


@pytest.fixture(scope="module")
def running() -> Iterator[RunningService]:
    service = RunningService({"BELOWLINE_JOBS": "off", "BELOWLINE_LIMITS": "off"})
    try:
        yield service.start()
    finally:
        service.remove()


@pytest.fixture(scope="module")
def usual_seconds(running: RunningService) -> float:
    return statistics.median(_read_and_post(running) for _ in range(TRIES))


@pytest.fixture(params=HALF_SENT)
def slow_clients(request: pytest.FixtureRequest, running: RunningService) -> Iterator[list[socket.socket]]:
    """Connections that have each sent a part of a request."""
    connections = []
    try:
        for _ in range(SLOW_CLIENTS):
            connections.append(socket.create_connection(("127.0.0.1", running.port)))
            connections[-1].sendall(HALF_SENT[request.param])
        yield connections
    finally:
        for connection in connections:
            connection.close()


def _read_and_post(service: RunningService) -> float:
    """The seconds that reading a page and posting below it take."""
    began = time.monotonic()
    assert service.client().get(f"/v1/comments?site=demo&page={ARTICLE}").status == 200
    assert service.client().post("/v1/comments", comment("I am quick.", ARTICLE)).status == 201
    return time.monotonic() - began


def test_others_read_and_post_as_if_nobody_was_slow(
    running: RunningService, usual_seconds: float, slow_clients: list[socket.socket]
) -> None:
    seconds = []
    for number in range(TRIES):
        slow_clients[number].sendall(b"1")
        seconds.append(_read_and_post(running))
    assert statistics.median(seconds) <= AS_IF_NOBODY_WAS_SLOW * usual_seconds


def test_a_slow_request_is_answered_once_all_of_it_is_there(running: RunningService) -> None:
    sent = b'{"site": "demo"}'
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as connection:
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(sent))
        for position in range(len(sent)):
            connection.sendall(sent[position : position + 1])
            assert running.client().get("/healthz").status == 200
        assert connection.recv(64).startswith(b"HTTP/1.1 422")


def test_a_head_that_never_ends_is_hung_up_on(running: RunningService) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
        connection.sendall(HALF_SENT["head"])
        answer = connection.recv(1024)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408"), answer
