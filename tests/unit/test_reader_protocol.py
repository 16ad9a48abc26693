"""Connections whose clients do nothing end; those that are told to leave get the answer they asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, cast

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from service.cli.server import protocol
from service.cli.server.bridge import Bridge, Limits
from service.cli.server.protocol import ReaderProtocol
from tests.backing.loop import in_a_loop

REQUEST = b"GET /anything HTTP/1.1\r\nHost: x\r\n\r\n"


class Wire(asyncio.Transport):
    """A connection whose client reads as much as it is `unread` short of."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.unread = 0
        self.closed = asyncio.Event()
        self.aborted = False

    def write(self, data: Any) -> None:
        self.sent += bytes(data)

    def close(self) -> None:
        self.closed.set()

    def abort(self) -> None:
        self.aborted = True
        self.closed.set()

    def is_closing(self) -> bool:
        return self.closed.is_set()

    def get_write_buffer_size(self) -> int:
        return self.unread


def _app(_environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def _connected(state: ServerState | None = None) -> tuple[ReaderProtocol, Wire]:
    bridge = cast("Any", Bridge(_app, Limits(1, 1, 30)))
    config = Config(bridge, interface="asgi3", lifespan="off", ws="none", log_config=None)
    connection, wire = ReaderProtocol(config, state or ServerState(), {}), Wire()
    connection.connection_made(wire)
    return connection, wire


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LOOK_SECONDS", 0.001)


@pytest.mark.parametrize(("sent", "told"), [(b"", False), (b"GET /any", True), (REQUEST[:-2], True)])
def test_a_head_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, sent: bytes, told: bool
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.01)

    async def work() -> None:
        connection, wire = _connected()
        if sent:
            connection.data_received(sent)
        await wire.closed.wait()
        assert wire.sent.startswith(b"HTTP/1.1 408 ") == told
        connection.connection_lost(None)

    in_a_loop(work)


def test_an_idle_connection_is_kept_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.001)
    monkeypatch.setattr(protocol, "IDLE_SECONDS", 0.1)

    async def work() -> None:
        connection, wire = _connected()
        asked = asyncio.get_running_loop().time()
        connection.data_received(REQUEST)
        await wire.closed.wait()
        assert asyncio.get_running_loop().time() - asked >= 0.1
        assert wire.sent.endswith(b"ok")
        connection.connection_lost(None)

    in_a_loop(work)


def test_a_client_that_reads_nothing_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.01)

    async def work() -> None:
        connection, wire = _connected()
        connection.data_received(REQUEST)
        await _until(lambda: wire.sent.endswith(b"ok"))
        wire.unread = 9
        await wire.closed.wait()
        assert wire.aborted
        connection.connection_lost(None)

    in_a_loop(work)


def test_who_is_told_to_leave_gets_the_answer_to_what_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        connection, wire = _connected()
        connection.shutdown()
        assert not wire.is_closing()
        connection.data_received(REQUEST)
        await wire.closed.wait()
        assert b"connection: close" in wire.sent
        assert wire.sent.endswith(b"ok")
        connection.connection_lost(None)

        monkeypatch.setattr(protocol, "FAREWELL_SECONDS", 0.01)
        silent, line = _connected()
        silent.shutdown()
        await line.closed.wait()
        assert line.sent == b""
        silent.connection_lost(None)

    in_a_loop(work)


def test_where_there_is_no_room_who_has_waited_longest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "CONNECTIONS_MAX", 2)

    async def work() -> None:
        state = ServerState()
        (oldest, first), (_, second) = _connected(state), _connected(state)
        oldest.data_received(REQUEST)  # is answered, and waits since then
        await _until(lambda: first.sent.endswith(b"ok"))
        asyncio.get_running_loop().call_later(0.01, _connected, state)
        await second.closed.wait()
        assert second.aborted
        assert not first.closed.is_set()
        for connection in list(state.connections):
            connection.connection_lost(None)

    in_a_loop(work)
