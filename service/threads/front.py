"""Answers page loads from prepared bytes, before Flask is asked.

The seam: `Front` wraps the WSGI application. Routes of `threads` put what they make into the cache under
`request_key`; whatever is not there, or is not allowed, goes on to Flask. The server asks `at_once` before it
takes a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask

from service.domain.ids import new_id
from service.threads.prepared import CACHE_CONTROL, CDN_CACHE_CONTROL, Answer, Prepared, PreparedCache
from service.web.context import Services, origin_of
from service.web.etag import matches
from service.web.site import EXPOSED, allows

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
ANSWERS_KEPT = 32  # of an entry: encodings, origins of its site, and whether the reader has the bytes
READING = frozenset({"GET", "HEAD"})
PATHS = frozenset({"/v1/comments", "/v1/counts", "/thread", "/feed.atom"})


class Front:
    """The WSGI application with the read path before it."""

    def __init__(self, app: Flask, inner: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self.inner = inner
        self._services: Services = app.extensions["belowline"]
        self._cache: PreparedCache = app.extensions["prepared"]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in PATHS and environ["REQUEST_METHOD"] in READING:
            entry = self._cache.get(request_key(environ), now=asks_for_now(environ))
            found = None if entry is None else self._answer(entry, environ)
            if found is not None:
                start_response(found.status, [*found.headers, ("X-Request-ID", new_id())])
                return [] if environ["REQUEST_METHOD"] == "HEAD" else [found.body]
        return self.inner(environ, start_response)

    def at_once(self, environ: Environ) -> Answer | None:
        """The answer to a request for one of PATHS, if it can be given without waiting for anything."""
        if environ["REQUEST_METHOD"] not in READING or asks_for_now(environ):
            return None
        entry = self._cache.get_at_once(request_key(environ))
        return None if entry is None else self._answer(entry, environ)

    def _answer(self, entry: Prepared, environ: Environ) -> Answer | None:
        """None for pages that may not use the site's comments: they are Flask's to refuse."""
        origin = environ.get("HTTP_ORIGIN")
        if origin is None or allows(entry.site.origins, origin.lower(), origin_of(environ, self._services)):
            return answer(entry, environ, origin)
        return None


def asks_for_now(environ: Environ) -> bool:
    """Whoever just changed something and says so (RFC 9111, 5.2.1.4) sees it, whichever process answers."""
    return "no-cache" in environ.get("HTTP_CACHE_CONTROL", "")


def request_key(environ: Environ) -> str:
    """What tells two prepared answers apart: the path and the query as it was sent."""
    return f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"


def answer(entry: Prepared, environ: Environ, origin: str | None) -> Answer:
    """What this request gets, but for its id: the encoding that it takes, or 304 when it has the bytes already."""
    encoding = negotiated(environ.get("HTTP_ACCEPT_ENCODING", ""))
    condition = environ.get("HTTP_IF_NONE_MATCH")
    has_it = condition is not None and matches(condition, entry.etag(encoding))
    asked = (encoding, has_it, origin)
    found = entry.answers.get(asked)
    if found is None:
        if len(entry.answers) >= ANSWERS_KEPT:
            entry.answers.clear()
        found = entry.answers[asked] = _made(entry, encoding, has_it, origin)
    return found


def _made(entry: Prepared, encoding: str, has_it: bool, origin: str | None) -> Answer:
    headers = [
        ("ETag", entry.etag(encoding)),
        ("Cache-Control", CACHE_CONTROL),
        ("CDN-Cache-Control", CDN_CACHE_CONTROL),
        ("Vary", "Accept-Encoding, Origin"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if origin is not None:
        headers += [("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", EXPOSED)]
    if has_it:
        return Answer("304 Not Modified", tuple(headers), b"")
    body = entry.bytes_as(encoding)
    headers += [("Content-Type", entry.content_type), ("Content-Length", str(len(body)))]
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    return Answer("200 OK", (*headers, *entry.headers), body)


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
