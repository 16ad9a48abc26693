"""What is refused before Flask is asked, in the form of all other refusals (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus

from service.domain.errors import Unavailable
from service.domain.ids import new_id
from service.web.problem import HTTP_PROBLEMS

RETRY_SECONDS = 5
Headers = list[tuple[bytes, bytes]]


def refusal(status: int) -> tuple[Headers, bytes]:
    """Headers and body for 400, 408 or 431, or for 503 when too many requests are being sent; the connection ends."""
    members: dict[str, object] = {}
    if status == Unavailable.status:
        slug, title = Unavailable.slug, Unavailable.title
        detail = "Too many requests are being sent at once. Send it again shortly."
        members["retry_after_seconds"] = RETRY_SECONDS
    else:
        slug, title, detail = HTTP_PROBLEMS[status]
    request_id = new_id()
    document = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"urn:belowline:request:{request_id}",
        **members,
    }
    body = json.dumps(document).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
        (b"x-request-id", request_id.encode()),
    ]
    if members:
        headers.append((b"retry-after", b"%d" % RETRY_SECONDS))
    return headers, body


def as_sent(status: int) -> bytes:
    """The same as the bytes of a whole HTTP/1.1 answer."""
    headers, body = refusal(status)
    lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join([*lines, b"", body])
