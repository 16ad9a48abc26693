"""From the event loop to the threads that Flask runs in, and back: a request enters once all of it is here."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

from service.cli.server.refusals import Headers, refusal
from service.web.body import MAX_BYTES

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
NOT_HERE_IN_TIME, NO_ROOM = 408, 503


@dataclass(frozen=True)
class Limits:
    """How many requests are in Flask at a time, how many may be on their way meanwhile, and for how many seconds."""

    inside: int
    sending: int
    seconds: float


class Bridge:
    """The ASGI application around a WSGI one.

    A request takes a thread with its whole body in hand, so slow senders hold none. While `sending` of them send,
    further requests with a body are refused (503), and those without go on.
    """

    def __init__(self, app: WSGIApplication, limits: Limits) -> None:
        self.app = app
        self._limits = limits
        self._sending = 0
        self._threads = ThreadPoolExecutor(limits.inside, "request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environ_of(scope)
        if _has_body(environ):
            body = await self._body(receive)
            if isinstance(body, int):
                await _refuse(body, send)
            if not isinstance(body, bytes):
                return
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))  # of a chunked one nobody knew
            environ.pop("HTTP_TRANSFER_ENCODING", None)
        loop = asyncio.get_running_loop()
        answer = _Answer(loop, send)
        whole = await loop.run_in_executor(self._threads, answer.take, self.app, environ)
        await answer.pass_on(whole or b"", more=False)

    async def _body(self, receive: Receive) -> bytes | int | None:
        """The body, or the status that its sender gets in its place, or None when the sender has gone."""
        if self._sending >= self._limits.sending:
            return NO_ROOM
        self._sending += 1
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await _received(receive)
        except TimeoutError:
            return NOT_HERE_IN_TIME
        finally:
            self._sending -= 1


def _has_body(environ: WSGIEnvironment) -> bool:
    """Whether one is to be read. The application refuses what is too long by its length, without its bytes."""
    length = environ.get("CONTENT_LENGTH")
    return "HTTP_TRANSFER_ENCODING" in environ if length is None else 0 < int(length) <= MAX_BYTES


async def _received(receive: Receive) -> bytes | None:
    """All of the body, or as much as shows that it is too long."""
    body, more = bytearray(), True
    while more and len(body) <= MAX_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message["body"]
        more = message["more_body"]
    return bytes(body[: MAX_BYTES + 1])


async def _refuse(status: int, send: Send) -> None:
    headers, body = refusal(status)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def environ_of(scope: Scope) -> WSGIEnvironment:
    """The request as WSGI describes it (PEP 3333): a text's characters are its bytes, whatever they encode."""
    server, port = scope["server"] or ("", None)
    address, _ = scope["client"] or ("", None)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": address,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key = variable(name)
        if key is not None:
            text = value.decode("latin-1")
            environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ


def variable(header: bytes) -> str | None:
    """WSGI's name for a header in lower case; None for one with an underscore, which would pass for another."""
    if b"_" in header:
        return None
    name = header.decode("latin-1").upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


class _Answer:
    """What the application answers to one request: taken in a thread, sent by the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        self._loop = loop
        self._send = send
        self._status = 0
        self._headers: Headers = []
        self._begun = False

    def start_response(self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
        self._status = int(status[:3])
        self._headers = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers]

    def take(self, app: WSGIApplication, environ: WSGIEnvironment) -> bytes | None:
        """All of the body if its length is known; else the pieces are sent as they come, and it is None."""
        pieces = app(environ, self.start_response)
        try:
            if any(name == b"content-length" for name, _ in self._headers) or isinstance(pieces, list):
                return b"".join(pieces)
            for piece in pieces:
                asyncio.run_coroutine_threadsafe(self.pass_on(piece, more=True), self._loop).result()
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        return None

    async def pass_on(self, piece: bytes, *, more: bool) -> None:
        """Sends a part of the body, the head before it, and comes back when the client takes more."""
        if not self._begun:
            self._begun = True
            await self._send(
                {"type": "http.response.start", "status": self._status, "headers": self._headers}
            )
        await self._send({"type": "http.response.body", "body": piece, "more_body": more})
