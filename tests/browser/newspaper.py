"""A newspaper of another origin: its articles embed the widget under the strictest policy, or none at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

from tests.backing.waiting import wait_until
from tests.browser.service import Service

ARTICLE = """<!doctype html>
<html lang="{lang}" dir="{dir}"><head><meta charset="utf-8"><title>Talks {path}</title>
<link rel="canonical" href="{origin}{path}"><link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css"></head>
<body class="{style}"><header><a href="#comments">Comments
<b id="count" data-belowline-count="{origin}{path}">–</b></a></header>
<article><h1>Two capitals, one line</h1>{paragraphs}</article>
<div id="comments" {attributes}><noscript>
<a href="{service}/thread?site=demo&amp;page={page}">All comments</a></noscript>
</div><script async src="{service}/embed.js" data-site="demo"></script>
<footer id="footer"><p>The Other Gazette</p></footer></body></html>"""

STYLE = """
body { font: 18px/1.6 serif; margin: 0 auto; max-width: 700px; padding: 0 16px }
#comments { min-height: min(100vh, 860px) }
footer { height: 300px; background: silver }
.dark { background: #111; color: #eee }
.reset, .reset * { all: unset; letter-spacing: 3px; text-transform: uppercase; font-size: 10px }
"""


@contextmanager
def newspaper_of(service: Service, address: str = "") -> Iterator[Newspaper]:
    """A newspaper that the service's site `demo` takes requests from; `address` is where its readers find it."""
    paper = Newspaper(address or service.url).start()
    try:
        admin = service.client(service.credentials()["admin_token"])
        assert admin.patch("/v1/admin/sites/demo", {"origins": ["self", paper.origin]}).status == 200
        asking = {"Origin": paper.origin}
        wait_until(
            lambda: service.client().get("/v1/counts?site=demo&page=any", asking).status == 200,
            "the service takes requests from the newspaper",
        )
        yield paper
    finally:
        paper.stop()


class Newspaper:
    """Serves `/any/path?lang=…&attributes=…&style=…`, with `open` under no policy; `start` and `stop` it."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._pages: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def origin(self) -> str:
        # Another host than the service's, so that neither origin nor site is shared.
        return f"http://localhost:{self._server.server_port}"

    def start(self) -> Newspaper:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends the server and frees its port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def publish(self, path: str, body: str, head: str = "") -> str:
        """Serves a page of our own make at `path`, under the same policy; returns its address."""
        self._pages[path] = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>'
            f'<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/style.css">{head}</head>'
            f"<body>{body}</body></html>"
        )
        return self.origin + path

    def script(self, path: str, text: str) -> str:
        """Serves a script of the newspaper's own."""
        self._pages[path] = text
        return path

    def policy(self) -> str:
        """Nothing but the page's own origin, and the service for script and requests."""
        return (
            f"default-src 'self'; script-src 'self' {self.service}; connect-src 'self' {self.service}; "
            f"style-src 'self' {self.service}; base-uri 'none'; object-src 'none'; "
            "require-trusted-types-for 'script'; trusted-types belowline"
        )

    def article(self, path: str, query: dict[str, list[str]]) -> str:
        lang = query.get("lang", ["en"])[0]
        return ARTICLE.format(
            lang=lang,
            dir="rtl" if lang == "ur" else "ltr",
            path=path,
            origin=self.origin,
            style=query.get("style", [""])[0],
            attributes=query.get("attributes", [""])[0],
            paragraphs="<p>A long paragraph about a telephone call, and then some more of it.</p>" * 40,
            service=self.service,
            page=quote(self.origin + path, safe=""),
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        paper = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                kind, text = "text/html; charset=utf-8", ""
                if address.path == "/style.css":
                    kind, text = "text/css", STYLE
                elif address.path == "/icon.svg":
                    kind, text = "image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"/>'
                elif address.path in paper._pages:
                    text = paper._pages[address.path]
                    kind = "text/javascript" if address.path.endswith(".js") else kind
                else:
                    text = paper.article(address.path, parse_qs(address.query))
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if "open" not in address.query:
                    self.send_header("Content-Security-Policy", paper.policy())
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Handler
