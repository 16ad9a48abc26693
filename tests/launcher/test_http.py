"""What the server does with requests by itself, seen on the wire."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator

import pytest

from tests.backing.service import RunningService, comment

THREAD = b"/v1/comments?site=demo&page=https://news.example/wire"
LENGTH = re.compile(rb"^content-length: (\d+)\r\n", re.I | re.M)


@pytest.fixture(scope="module")
def service() -> Iterator[RunningService]:
    running = RunningService({"BELOWLINE_JOBS": "off", "BELOWLINE_LIMITS": "off", "BELOWLINE_WORKERS": "1"})
    try:
        yield running.start()
    finally:
        running.remove()


def _get(path: bytes = THREAD, *headers: bytes) -> bytes:
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: 127.0.0.1", *headers, b"", b""])


def _answers(service: RunningService, sent: bytes) -> list[tuple[bytes, bytes]]:
    """Sends it all on one connection: heads and bodies of what comes until the server hangs up."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(sent)
        rest = b""
        while got := connection.recv(65536):
            rest += got
    found = []
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        length = LENGTH.search(head + b"\r\n")
        size = int(length[1]) if length else 0
        found.append((head, rest[:size]))
        rest = rest[size:]
    return found


LAST = _get(THREAD, b"Connection: close")


def test_requests_sent_ahead_are_answered_in_their_order(service: RunningService) -> None:
    _answers(service, LAST)  # prepared from now on
    answers = _answers(service, _get() + _get(b"/healthz") + _get() + _get(b"/readyz") + LAST)
    kinds = ["comments" in body.decode() for _, body in answers]
    assert kinds == [True, False, True, False, True]
    assert all(head.startswith(b"HTTP/1.1 200") for head, _ in answers)


def test_a_prepared_answer_says_the_same_wherever_it_comes_from(service: RunningService) -> None:
    """The first is Flask's, the second the front's in a thread (HTTP/1.0), the third the event loop's."""
    old = _get(b"/v1/comments?site=demo&page=https://news.example/same").replace(b"1.1", b"1.0")
    new = _get(b"/v1/comments?site=demo&page=https://news.example/same", b"Connection: close")
    (first, thread), (second, same), (third, too) = (_answers(service, sent)[0] for sent in (new, old, new))
    assert thread == same == too

    def names(head: bytes) -> dict[str, str]:
        lines = head.decode().split("\r\n")[1:]
        found = {name.lower(): text for name, _, text in (line.partition(": ") for line in lines)}
        return {name: text for name, text in found.items() if name not in ("x-request-id", "date")}

    assert names(second) == names(third)
    assert names(third).items() <= names(first).items()
    assert b"\r\ndate: " in third.lower()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"this is not HTTP\r\n\r\n", 400),
        (b"POST /v1/comments HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
        (
            b"POST /v1/comments HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 40_000, 431),
    ],
)
def test_what_cannot_be_taken_is_refused_as_a_problem(
    service: RunningService, sent: bytes, status: int
) -> None:
    head, body = _answers(service, sent)[0]
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["status"] == status


def test_a_body_in_chunks_is_a_body(service: RunningService) -> None:
    body = json.dumps(comment("In two pieces.")).encode()
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (body[:50], body[50:]))
    head = b"\r\n".join(
        [
            b"POST /v1/comments HTTP/1.1",
            b"Host: x",
            b"Content-Type: application/json",
            b"Transfer-Encoding: chunked",
            b"Connection: close",
        ]
    )
    answered, _ = _answers(service, head + b"\r\n\r\n" + pieces + b"0\r\n\r\n")[0]
    assert answered.startswith(b"HTTP/1.1 201")
    too_long = b"%x\r\n%s\r\n0\r\n\r\n" % (70_000, b"x" * 70_000)
    refused, _ = _answers(service, head + b"\r\n\r\n" + too_long)[0]
    assert refused.startswith(b"HTTP/1.1 413")


def test_what_is_prepared_is_for_the_pages_of_its_site_alone(service: RunningService) -> None:
    own = b"Origin: http://127.0.0.1:%d" % service.port
    here = b"Host: 127.0.0.1:%d" % service.port
    asked = _get(THREAD, own, b"Connection: close").replace(b"Host: 127.0.0.1", here)
    for _ in range(3):
        assert b"access-control-allow-origin: http://127.0.0.1" in _answers(service, asked)[0][0].lower()
        foreign = _get(THREAD, b"Origin: https://elsewhere.example", b"Connection: close")
        assert _answers(service, foreign)[0][0].startswith(b"HTTP/1.1 403")
