"""Keeps slow senders from holding the threads that answer everybody else."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from service.domain.errors import Unavailable
from service.domain.ids import new_id
from service.web.body import MAX_BYTES

RETRY_SECONDS = 5


class WaitingRoom:
    """Lets a request in once all of its body is here; at most `running` requests are inside at a time.

    The thread of a request that is still being sent waits, which costs some memory and no time. When `waiting` of
    them wait, further requests with a body are refused (503), and those without go on.
    """

    def __init__(self, app: WSGIApplication, running: int, waiting: int) -> None:
        self._app = app
        self._running = threading.BoundedSemaphore(running)
        self._waiting = threading.BoundedSemaphore(waiting)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH", "")
        if length not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ:
            if not self._waiting.acquire(blocking=False):
                return _no_room(start_response)
            try:
                _wait_for_body(environ, length)
            finally:
                self._waiting.release()
        with self._running:
            return _in_one_piece(self._app, environ, start_response)


def _in_one_piece(
    app: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """An answer of known length as one piece, which the server sends with its head at once.

    Sent apart, the body waits until the client has acknowledged the head, which takes it 40 ms (RFC 896, RFC 1122
    4.2.3.2). What is streamed goes on as it is.
    """
    whole = False

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        nonlocal whole
        whole = any(name.lower() == "content-length" for name, _ in headers)
        return (
            start_response(status, headers) if exc_info is None else start_response(status, headers, exc_info)
        )

    answer = app(environ, start)
    if not whole:
        return answer
    try:
        return [b"".join(answer)]
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def _wait_for_body(environ: WSGIEnvironment, length: str) -> None:
    """Reads what is within the limit; of what is not the application reads nothing either, and refuses it."""
    if length == "":
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(MAX_BYTES + 1))
    elif length.isdecimal() and int(length) <= MAX_BYTES:
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(int(length)))


def _no_room(start_response: StartResponse) -> Iterable[bytes]:
    request_id = new_id()
    problem = {
        "type": f"/problems/{Unavailable.slug}",
        "title": Unavailable.title,
        "status": Unavailable.status,
        "detail": "Too many requests are being sent at once. Send it again shortly.",
        "instance": f"urn:belowline:request:{request_id}",
        "retry_after_seconds": RETRY_SECONDS,
    }
    body = json.dumps(problem).encode()
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Connection", "close"),
        ("Retry-After", str(RETRY_SECONDS)),
        ("X-Request-ID", request_id),
    ]
    start_response("503 Service Unavailable", headers)
    return [body]
