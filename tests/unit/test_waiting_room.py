"""Requests that are still being sent wait outside."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from service.cli.waiting_room import WaitingRoom
from service.web.body import MAX_BYTES
from tests.backing.waiting import wait_until


class Sender(io.RawIOBase):
    """A body that comes when it is let."""

    def __init__(self, sent: bytes) -> None:
        self._sent = sent
        self.asked = threading.Event()
        self.let = threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.asked.set()
        self.let.wait(10)
        return self._sent[:size]


def _echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def _call(room: WaitingRoom, **environ: Any) -> tuple[str, dict[str, str], bytes]:
    answered: list[Any] = []
    body = b"".join(room({"wsgi.input": io.BytesIO(), **environ}, lambda *given: answered.append(given)))
    status, headers = answered[0]
    return status, dict(headers), body


def test_a_whole_body_reaches_the_application() -> None:
    room = WaitingRoom(_echo, running=1, waiting=1)
    for _ in range(3):  # each gives its place back
        assert _call(room, CONTENT_LENGTH="5", **{"wsgi.input": io.BytesIO(b"hello")})[2] == b"hello"
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(b"in chunks")}
    assert _call(room, **chunked)[2] == b"in chunks"


def test_who_still_sends_does_not_hold_a_place_inside() -> None:
    room = WaitingRoom(_echo, running=1, waiting=1)
    sender = Sender(b"late")
    answers: list[bytes] = []
    thread = threading.Thread(
        target=lambda: answers.append(_call(room, CONTENT_LENGTH="4", **{"wsgi.input": sender})[2])
    )
    thread.start()
    sender.asked.wait(10)
    assert _call(room)[0] == "200 OK"
    sender.let.set()
    thread.join()
    assert answers == [b"late"]


def test_when_too_many_send_the_next_is_told_to_come_back_and_readers_go_on() -> None:
    room = WaitingRoom(_echo, running=1, waiting=1)
    sender = Sender(b"late")
    thread = threading.Thread(
        target=_call, args=(room,), kwargs={"CONTENT_LENGTH": "4", "wsgi.input": sender}
    )
    thread.start()
    sender.asked.wait(10)
    status, headers, body = _call(room, CONTENT_LENGTH="2", **{"wsgi.input": io.BytesIO(b"{}")})
    assert status.startswith("503")
    assert headers["Content-Type"] == "application/problem+json"
    assert int(headers["Retry-After"]) > 0
    assert json.loads(body)["type"] == "/problems/unavailable"
    assert _call(room)[0] == "200 OK"
    sender.let.set()
    thread.join()


def test_no_more_run_inside_than_allowed() -> None:
    inside, most, gate = [0], [0], threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        gate.wait(10)
        inside[0] -= 1
        start_response("200 OK", [])
        return []

    room = WaitingRoom(slow, running=2, waiting=1)
    threads = [threading.Thread(target=_call, args=(room,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    wait_until(lambda: inside[0] == 2, "two are inside")
    gate.set()
    for thread in threads:
        thread.join()
    assert most == [2]


def test_a_body_that_is_too_long_is_not_waited_for() -> None:
    room = WaitingRoom(_echo, running=1, waiting=1)
    sender = Sender(b"")
    sender.let.set()
    _call(room, CONTENT_LENGTH=str(MAX_BYTES + 1), **{"wsgi.input": sender})
    endless = Sender(b"x" * (MAX_BYTES * 2))
    endless.let.set()
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": endless}
    assert len(_call(room, **chunked)[2]) == MAX_BYTES + 1


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

    room = WaitingRoom(app, running=1, waiting=1)
    answer = room({"wsgi.input": io.BytesIO()}, lambda *_: None)
    if length:
        assert answer == [b"one two"]
        assert streamed.closed
    else:
        assert answer is streamed
        assert not streamed.closed
