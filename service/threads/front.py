"""Answers page loads from prepared bytes, before Flask is asked.

The seam: `Front` wraps the WSGI application. Routes of `threads` put what they make into the cache under
`request_key`; whatever is not there, or is not allowed, goes on to Flask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask

from service.domain.ids import new_id
from service.threads.prepared import CACHE_CONTROL, CDN_CACHE_CONTROL, Prepared, PreparedCache
from service.web.context import Services, origin_of
from service.web.etag import matches
from service.web.site import EXPOSED, allows

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
PATHS = frozenset({"/v1/comments", "/v1/counts", "/thread", "/feed.atom"})


class Front:
    """The WSGI application with the read path before it."""

    def __init__(self, app: Flask, inner: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self.inner = inner
        self._services: Services = app.extensions["belowline"]
        self._cache: PreparedCache = app.extensions["prepared"]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in PATHS and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            entry = self._cache.get(request_key(environ), now=asks_for_now(environ))
            if entry is not None:
                origin = environ.get("HTTP_ORIGIN")
                if origin is None or allows(
                    entry.site.origins, origin.lower(), origin_of(environ, self._services)
                ):
                    status, headers, body = answer(entry, environ, origin)
                    start_response(status, headers)
                    return body
        return self.inner(environ, start_response)


def asks_for_now(environ: Environ) -> bool:
    """Whoever just changed something and says so (RFC 9111, 5.2.1.4) sees it, whichever process answers."""
    return "no-cache" in environ.get("HTTP_CACHE_CONTROL", "")


def request_key(environ: Environ) -> str:
    """What tells two prepared answers apart: the path and the query as it was sent."""
    return f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"


def answer(
    entry: Prepared, environ: Environ, origin: str | None
) -> tuple[str, list[tuple[str, str]], list[bytes]]:
    """Status, headers and body for this request: the encoding it takes, or 304 when it has the bytes already."""
    encoding = negotiated(environ.get("HTTP_ACCEPT_ENCODING", ""))
    etag = entry.etag(encoding)
    headers = [
        ("ETag", etag),
        ("Cache-Control", CACHE_CONTROL),
        ("CDN-Cache-Control", CDN_CACHE_CONTROL),
        ("Vary", "Accept-Encoding, Origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Request-ID", new_id()),
    ]
    if origin is not None:
        headers += [("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", EXPOSED)]
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition is not None and matches(condition, etag):
        return "304 Not Modified", headers, []
    body = entry.bytes_as(encoding)
    headers += [("Content-Type", entry.content_type), ("Content-Length", str(len(body)))]
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    return "200 OK", [*headers, *entry.headers], [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


@lru_cache(maxsize=256)
def negotiated(accept_encoding: str) -> str:
    """`br`, `gzip` or `identity`: the smallest that the header takes (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        try:
            weights[name.strip()] = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    for encoding in ("br", "gzip"):
        if weights.get(encoding, weights.get("*", 0.0)) > 0:
            return encoding
    return "identity"
