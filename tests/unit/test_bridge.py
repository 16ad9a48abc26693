"""Requests enter the threads of Flask once all of them is here, and answers leave in as few pieces as they can."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from service.cli.server.bridge import Bridge, Limits, environ_of
from service.web.body import MAX_BYTES
from tests.backing.loop import in_a_loop

LIMITS = Limits(inside=2, sending=1, seconds=30)


class Exchange:
    """One request as the server hands it over, sent in the `pieces` given, and what comes back."""

    def __init__(self, pieces: Iterable[bytes] = (), **headers: str) -> None:
        self.scope: dict[str, Any] = {
            "method": "POST" if headers else "GET",
            "raw_path": b"/echo",
            "query_string": b"a=%C3%BC",
            "http_version": "1.1",
            "scheme": "http",
            "server": ("127.0.0.1", 8000),
            "client": ("192.0.2.7", 4711),
            "headers": [
                (name.encode().replace(b"__", b"-"), text.encode()) for name, text in headers.items()
            ],
        }
        self._pieces = list(pieces)
        self.sent: list[dict[str, Any]] = []
        self.let = asyncio.Event()
        self.asked = asyncio.Event()
        self.let.set()

    async def receive(self) -> dict[str, Any]:
        self.asked.set()
        await self.let.wait()
        if not self._pieces:
            return {"type": "http.disconnect"}
        piece = self._pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces)}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    async def through(self, bridge: Bridge) -> Exchange:
        await bridge(self.scope, self.receive, self.send)
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): text.decode() for name, text in self.sent[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.sent[1:])


def _echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def test_a_whole_body_reaches_the_application_in_pieces_or_not() -> None:
    async def work() -> None:
        bridge = Bridge(_echo, LIMITS)
        for _ in range(3):  # each gives its place back
            assert (await Exchange([b"he", b"llo"], content__length="5").through(bridge)).body == b"hello"
        chunked = Exchange([b"in ", b"chunks"], transfer__encoding="chunked")
        assert (await chunked.through(bridge)).body == b"in chunks"

    in_a_loop(work)


def test_a_chunked_body_is_like_any_other_to_the_application() -> None:
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        seen.update(environ)
        return _echo(environ, start_response)

    async def work() -> None:
        await Exchange([b"12345"], transfer__encoding="chunked").through(Bridge(app, LIMITS))

    in_a_loop(work)
    assert seen["CONTENT_LENGTH"] == "5"
    assert "HTTP_TRANSFER_ENCODING" not in seen


def test_who_still_sends_holds_no_thread_and_one_more_is_told_to_come_back() -> None:
    async def work() -> None:
        bridge = Bridge(_echo, Limits(inside=1, sending=1, seconds=30))
        slow = Exchange([b"late"], content__length="4")
        slow.let.clear()
        sending = asyncio.create_task(slow.through(bridge))
        await slow.asked.wait()
        assert (await Exchange().through(bridge)).status == 200
        refused = await Exchange([b"{}"], content__length="2").through(bridge)
        assert refused.status == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) > 0
        assert json.loads(refused.body)["type"] == "/problems/unavailable"
        slow.let.set()
        assert (await sending).body == b"late"
        assert (await Exchange([b"{}"], content__length="2").through(bridge)).status == 200

    in_a_loop(work)


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def work() -> None:
        bridge = Bridge(_echo, Limits(inside=1, sending=1, seconds=0.01))
        never = Exchange([b"late"], content__length="4")
        never.let.clear()
        assert (await never.through(bridge)).status == 408
        assert json.loads(never.body)["type"] == "/problems/too-slow"
        assert never.headers["connection"] == "close"
        gone = await Exchange([], content__length="4").through(bridge)
        assert gone.sent == []

    in_a_loop(work)


def test_of_a_body_that_is_too_long_only_that_is_learned() -> None:
    async def work() -> None:
        bridge = Bridge(_echo, LIMITS)
        announced = Exchange([b"x" * 100] * 2, content__length=str(MAX_BYTES + 1))
        assert (await announced.through(bridge)).body == b""
        assert not announced.asked.is_set()
        endless = Exchange([b"x" * 9_000] * 100, transfer__encoding="chunked")
        assert len((await endless.through(bridge)).body) == MAX_BYTES + 1

    in_a_loop(work)


def test_no_more_are_inside_than_allowed() -> None:
    inside, most, both, gate = [0], [0], threading.Event(), threading.Event()
    guard = threading.Lock()

    def slow(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with guard:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            if inside[0] == LIMITS.inside:
                both.set()
        gate.wait(10)
        with guard:
            inside[0] -= 1
        return _echo(environ, start_response)

    async def work() -> None:
        bridge = Bridge(slow, LIMITS)
        answers = [asyncio.create_task(Exchange().through(bridge)) for _ in range(6)]
        await asyncio.to_thread(both.wait, 10)
        gate.set()
        assert [(await answer).status for answer in answers] == [200] * 6

    in_a_loop(work)
    assert most == [LIMITS.inside]


class Streamed:
    """The pieces of an answer; notes that it was closed."""

    def __init__(self) -> None:
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield from (b"one ", b"two")

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("length", ["7", None])
def test_an_answer_of_known_length_is_one_piece_and_a_stream_stays_one(length: str | None) -> None:
    streamed = Streamed()

    def app(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", length)] if length else [])
        return streamed

    async def work() -> Exchange:
        return await Exchange().through(Bridge(app, LIMITS))

    answered: Exchange = in_a_loop(work)
    pieces = [(message["body"], message["more_body"]) for message in answered.sent[1:]]
    assert pieces == ([(b"one two", False)] if length else [(b"one ", True), (b"two", True), (b"", False)])
    assert streamed.closed


def test_the_application_sees_the_request_as_it_was_sent() -> None:
    exchange = Exchange(
        [b""],
        content__length="0",
        cookie="a=1",
        x__forwarded__for="192.0.2.1",
        accept__language="tr",
    )
    exchange.scope["raw_path"] = b"/%C3%BC%FF%2F"
    exchange.scope["headers"].append((b"x-forwarded-for", b"192.0.2.2"))
    environ = environ_of(exchange.scope)
    assert environ["PATH_INFO"].encode("latin-1") == b"/\xc3\xbc\xff/"
    assert environ["QUERY_STRING"] == "a=%C3%BC"
    assert environ["REMOTE_ADDR"] == "192.0.2.7"
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1,192.0.2.2"
    assert environ["HTTP_COOKIE"] == "a=1"
    assert environ["CONTENT_LENGTH"] == "0"


def test_no_header_passes_for_another_with_an_underscore() -> None:
    exchange = Exchange()
    exchange.scope["headers"] = [(b"x_forwarded_for", b"192.0.2.66"), (b"content_length", b"9")]
    environ = environ_of(exchange.scope)
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert "CONTENT_LENGTH" not in environ
