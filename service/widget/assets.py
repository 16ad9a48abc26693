"""The built files of the widget: read once, compressed when first asked for, cached by readers for good."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
from flask import Blueprint, Response, request

from service.domain.errors import NotFound
from service.threads.front import negotiated
from service.web.etag import matches
from service.web.permissions import public

bp = Blueprint("assets", __name__)
FOLDER = Path(__file__).parent / "static"
LOADER, MODULE = "embed.js", "embed.mjs"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
IMMUTABLE = "public, max-age=31536000, immutable"
# The loader names the bundles: a release reaches readers within this time, and nobody waits for the check.
SHORT = "public, max-age=300, stale-while-revalidate=86400"


@dataclass(frozen=True)
class Asset:
    """One file; `etag` is strong and differs by encoding."""

    content_type: str
    body: bytes
    tag: str

    def etag(self, encoding: str) -> str:
        return f'"{self.tag}-{encoding}"'


@cache
def manifest() -> dict[str, str]:
    """Logical name (`widget-en.js`) -> hashed file name. Raises FileNotFoundError where nothing was built."""
    named: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return named


@cache
def asset(name: str) -> Asset:
    """The built file of that name. Raises NotFound for any other name."""
    if name not in (LOADER, MODULE) and name not in manifest().values():
        raise NotFound("There is no such file.")
    body = (FOLDER / name).read_bytes()
    return Asset(TYPES[Path(name).suffix], body, hashlib.sha256(body).hexdigest()[:20])


@cache
def encoded(name: str, encoding: str) -> bytes:
    """The file as `br`, `gzip` or `identity`."""
    body = asset(name).body
    if encoding == "br":
        return bytes(brotli.compress(body, quality=11))
    return gzip.compress(body, 9, mtime=0) if encoding == "gzip" else body


def _serve(name: str, cache_control: str) -> Response:
    found = asset(name)
    encoding = negotiated(request.headers.get("Accept-Encoding", ""))
    etag = found.etag(encoding)
    if matches(request.headers.get("If-None-Match", ""), etag):
        response = Response(status=304)
    else:
        response = Response(encoded(name, encoding), content_type=found.content_type)
        if encoding != "identity":
            response.headers["Content-Encoding"] = encoding
    response.headers.update(
        {
            "ETag": etag,
            "Cache-Control": cache_control,
            "Vary": "Accept-Encoding",
            # The same code for everybody: any page may load it, also one that is cross-origin isolated.
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
        }
    )
    return response


@bp.get("/embed.js")
@public
def loader() -> Response:
    """The script that a news page embeds."""
    return _serve(LOADER, SHORT)


@bp.get("/embed.mjs")
@public
def module() -> Response:
    """The same for pages that import it."""
    return _serve(MODULE, SHORT)


@bp.get("/assets/<name>")
@public
def file(name: str) -> Response:
    """A hashed file for good, or the present one of a logical name (`thread.css`) for a short while."""
    if name in manifest():
        return _serve(manifest()[name], SHORT)
    return _serve(name, IMMUTABLE)
