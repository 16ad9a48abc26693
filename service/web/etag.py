"""Entity tags (RFC 9110, 8.8.3 and 13.1)."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, jsonify

from service.domain.errors import Malformed, StaleVersion, VersionRequired

_VERSION = re.compile(r'"(\d{1,9})"')


def matches(if_none_match: str, etag: str) -> bool:
    """Whether an If-None-Match header names `etag` (with its quotes), compared weakly."""
    if if_none_match == etag or if_none_match.strip() == "*":
        return True
    return any(tag.strip().removeprefix("W/") == etag for tag in if_none_match.split(","))


def versioned(body: dict[str, Any], version: int) -> Response:
    """An answer whose ETag is the version of what it shows: to be sent back as If-Match with a change."""
    response = jsonify(body)
    response.headers["ETag"] = f'"{version}"'
    return response


def expected_version(if_match: str | None) -> int:
    """The version that a moderator saw. Raises VersionRequired, Malformed, or StaleVersion for a weak tag."""
    if if_match is None:
        raise VersionRequired('Send the version that you saw as If-Match: "<version>".')
    if if_match.startswith("W/"):
        raise StaleVersion("A weak entity tag never matches a version (RFC 9110, 13.1.1).")
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise Malformed('If-Match must be one version in quotes, such as "3".')
    return int(found[1])
