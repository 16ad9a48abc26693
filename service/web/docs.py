"""The API's description: as openapi.yaml, and as a page to read and try it on that asks no other server."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, redirect, request

from service.domain.errors import NotFound
from service.web import openapi
from service.web.etag import matches
from service.web.openapi_answers import YAML
from service.web.operation import Operation, operation
from service.web.permissions import public

bp = Blueprint("docs", __name__)
FOLDER = Path(__file__).parent / "static" / "swagger"  # swagger-ui-dist 5.35.0; start.js is ours
FILES = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Belowline: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<script defer src="docs/swagger-ui-bundle.js"></script>
<script defer src="docs/start.js"></script>
</head>
<body>
<div id="api"></div>
<noscript>The same as text: <a href="openapi.yaml">openapi.yaml</a></noscript>
</body>
</html>
"""


@bp.get("/openapi.yaml")
@public
@operation(Operation("This description", "Operating", {200: None}, media_type=YAML))
def description_file() -> Response:
    """What `flask --app service openapi` writes, made from the running code."""
    kept = current_app.extensions.setdefault("openapi", {})
    if "text" not in kept:
        kept["text"] = openapi.text(current_app)
    return _cacheable(kept["text"].encode(), YAML)


@bp.get("/docs")
@public
def page() -> Response:
    """The page; without a slash at its end, for its addresses are relative."""
    if request.path.endswith("/"):
        return redirect(request.path.rstrip("/"), 308)  # type: ignore[return-value]
    response = Response(PAGE, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


@bp.get("/docs/<name>")
@public
def file(name: str) -> Response:
    """A file of the page."""
    if name not in FILES:
        raise NotFound("There is no such file.")
    return _cacheable(_bytes(name), FILES[name])


@cache
def _bytes(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@cache
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, 6, mtime=0)


def _cacheable(body: bytes, content_type: str) -> Response:
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}{"-gzip" if zipped else ""}"'
    if matches(request.headers.get("If-None-Match", ""), etag):
        response = Response(status=304)
    else:
        response = Response(_compressed(body) if zipped else body, content_type=content_type)
        if zipped:
            response.headers["Content-Encoding"] = "gzip"
    response.headers.update({"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"})
    return response
