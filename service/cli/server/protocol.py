"""HTTP/1.1 as uvicorn speaks it; what is prepared is answered where it arrives, without a task or a thread."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any, cast

from httptools import HttpParserError
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from service.cli.server.bridge import Bridge
from service.cli.server.refusals import as_sent
from service.domain.ids import new_id
from service.threads.front import PATHS, Environ, Front
from service.threads.prepared import Answer

HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10
IDLE_SECONDS = 75
UNREAD_SECONDS = 60
LOOK_SECONDS = 2
FAREWELL_SECONDS = 0.5
CONNECTIONS_MAX = 4096  # half of the files that a process may open
COMPARED = 16

PREPARED = {path.encode(): path for path in PATHS}
# What the front looks at, by the names that WSGI has for it.
LOOKED_AT = {
    b"host": "HTTP_HOST",
    b"origin": "HTTP_ORIGIN",
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"cache-control": "HTTP_CACHE_CONTROL",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"x-forwarded-proto": "HTTP_X_FORWARDED_PROTO",
}


class ReaderProtocol(HttpToolsProtocol):
    """One connection. The server's own limits on it are here too: on the head of a request, and on doing nothing."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._front = cast("Front", cast("Bridge", config.app).app)
        self._answered = False  # the request that is being parsed is one that was prepared
        self._in_head = False
        self._head_bytes = 0
        self._since = self.loop.time()  # when the connection last began to wait for its client
        self._unsent = 0
        self._leaving = False
        self._look_again: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        if len(self.connections) > CONNECTIONS_MAX:
            self._make_room()
        self._in_head = True  # who connects is expected to ask
        self._look_again = self.loop.call_later(LOOK_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._look_again is not None:
            self._look_again.cancel()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._hang_up(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        cause = getattr(sys.exception(), "__context__", None)
        if cause is not None and not isinstance(cause, (ValueError, HttpParserError)):
            self.logger.error("a request could not be taken", exc_info=cause)  # our mistake, not the client's
        self._hang_up(HTTPStatus.BAD_REQUEST)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._since = self.loop.time()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        path, _, query = self.url.partition(b"?")
        known = PREPARED.get(path)
        if known is not None and self._may_answer_now():
            prepared = self._front.at_once(self._environ(known, query))
            if prepared is not None:
                self._answered = True
                self._write(prepared)
                return
        super().on_headers_complete()
        if self._leaving:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        if not self._answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._answered:
            self._answered = False
        else:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self._since = self.loop.time()
        super().on_response_complete()

    def shutdown(self) -> None:
        """Told to end: who is between two requests may have sent the next one already, and gets its answer."""
        self._leaving = True
        if self._is_idle():
            self.loop.call_later(FAREWELL_SECONDS, self._leave)
        else:
            self.cycle.keep_alive = False

    def _leave(self) -> None:
        if self._is_idle():
            self.transport.close()

    def _make_room(self) -> None:
        """Of some connections that wait for their clients, the one that has waited longest goes; else this one."""
        others = cast("Iterator[ReaderProtocol]", islice(self.connections, COMPARED))
        waiting = [other for other in others if other is not self and other._is_idle()]
        min(waiting, key=lambda other: other._since, default=self).transport.abort()

    def _is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None until the first one that is not prepared
        return cycle is None or (cycle.response_complete and not self.pipeline)

    def _may_answer_now(self) -> bool:
        """Whether nothing is before this request, and its client takes what it is sent."""
        return (
            self._is_idle()
            and not self.flow.write_paused
            and not self.transport.is_closing()
            and not self.parser.should_upgrade()
            and self.parser.get_http_version() == "1.1"
        )

    def _environ(self, path: str, query: bytes) -> Environ:
        """As much of a WSGI environment as the front looks at."""
        environ: Environ = {
            "REQUEST_METHOD": self.parser.get_method().decode(),
            "PATH_INFO": path,
            "QUERY_STRING": query.decode("latin-1"),
            "REMOTE_ADDR": self.client[0] if self.client else "",
            "wsgi.url_scheme": self.scheme,
        }
        for name, value in self.headers:
            key = LOOKED_AT.get(name)
            if key is not None:
                text = value.decode("latin-1")
                environ[key] = f"{environ[key]},{text}" if key in environ else text
        return environ

    def _write(self, answer: Answer) -> None:
        self._since = self.loop.time()
        stays = self.parser.should_keep_alive() and not self._leaving
        lines = [b"x-request-id: " + new_id().encode()]
        lines += [name + b": " + text for name, text in self.server_state.default_headers]
        if not stays:
            lines.append(b"connection: close")
        head = answer.head + b"\r\n".join(lines) + b"\r\n\r\n"
        self.transport.writelines([head] if self.parser.get_method() == b"HEAD" else [head, answer.body])
        if not stays:
            self.transport.close()

    def _look(self) -> None:
        """Ends the connection of a client that has not done its part for long."""
        self._look_again = self.loop.call_later(LOOK_SECONDS, self._look)
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent, self._since = unsent, self.loop.time()
        waited = self.loop.time() - self._since
        if unsent:
            if waited > UNREAD_SECONDS:
                self.transport.abort()
        elif not self._is_idle():
            pass  # the application's turn; a body that does not come is the bridge's to end
        elif self._in_head and self._head_bytes and waited > HEAD_SECONDS:
            self._hang_up(HTTPStatus.REQUEST_TIMEOUT)
        elif waited > (HEAD_SECONDS if self._in_head else IDLE_SECONDS):
            self.transport.close()

    def _hang_up(self, status: HTTPStatus) -> None:
        if self._is_idle() and not self.transport.is_closing():
            self.transport.write(as_sent(status))
        self.transport.close()
