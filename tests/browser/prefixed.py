"""A small reverse proxy that serves the service under a path of another address, and notes what was asked."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PREFIX = "/talk"
ONE_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "host"})


class Prefixed:
    """Takes `/talk/…` and asks the service on `port` for `/…`; anything else is 404."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self.asked: list[str] = []
        self.stray: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where readers reach the service."""
        return f"http://127.0.0.1:{self._server.server_port}{PREFIX}"

    def start(self) -> Prefixed:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends the proxy and frees its port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def _pass_on(self) -> None:
                if not self.path.startswith(f"{PREFIX}/"):
                    proxy.stray.append(self.path)
                    self.send_error(404)
                    return
                proxy.asked.append(f"{self.command} {self.path}")
                size = int(self.headers.get("Content-Length") or 0)
                kept = {name: text for name, text in self.headers.items() if name.lower() not in ONE_HOP}
                behind = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=20)
                behind.request(self.command, self.path.removeprefix(PREFIX), self.rfile.read(size), kept)
                answer = behind.getresponse()
                body = answer.read()
                self.send_response(answer.status)
                for name, text in answer.headers.items():
                    if name.lower() not in ONE_HOP | {"content-length", "date", "server"}:
                        self.send_header(name, text)
                if answer.status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                behind.close()

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _pass_on

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Handler
