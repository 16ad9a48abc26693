"""What the console's pages load: style, scripts, and the texts of one language, each under the hash of its bytes."""

from __future__ import annotations

import gzip
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request

from service.domain.errors import NotFound
from service.i18n import LANGUAGES
from service.i18n.catalogue import CATALOGUES
from service.web.permissions import public

bp = Blueprint("console-assets", __name__)
FOLDER: Final = Path(__file__).parent / "static"
TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
FAMILY: Final = "console."
IMMUTABLE: Final = "public, max-age=31536000, immutable"


@cache
def body(name: str) -> bytes:
    """The bytes of a file, or of the texts `texts-<language>.js`. Raises NotFound."""
    if name in {f"texts-{lang}.js" for lang in LANGUAGES}:
        return _texts(name.removeprefix("texts-").removesuffix(".js"))
    if name not in {path.name for path in FOLDER.iterdir()}:
        raise NotFound("There is no such file.")
    return (FOLDER / name).read_bytes()


@cache
def address(name: str) -> str:
    """Where the file is, with the hash of what it holds."""
    return f"/console/static/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(body(name)).hexdigest()[:12]


@cache
def _zipped(name: str) -> bytes:
    return gzip.compress(body(name), 9, mtime=0)


def _texts(lang: str) -> bytes:
    texts = {
        key.removeprefix(FAMILY): text for key, text in CATALOGUES[lang].items() if key.startswith(FAMILY)
    }
    return f"globalThis.belowlineTexts={json.dumps(texts, ensure_ascii=False)};\n".encode()


@bp.get("/console/static/<name>")
@public
def file(name: str) -> Response:
    """A file; for good when it is asked for by its hash."""
    plain = body(name)
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(_zipped(name) if zipped else plain, content_type=TYPES[Path(name).suffix])
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = IMMUTABLE if request.args.get("v") == _digest(name) else "no-cache"
    return response
