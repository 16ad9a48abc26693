"""What names a site and its pages' origins: the rules for newsrooms that are set up."""

from __future__ import annotations

import re
from typing import Final

from service.domain.errors import TextProblem
from service.domain.url import ascii_host, parse_url

SLUG_PATTERN: Final = "[a-z0-9][a-z0-9-]{0,62}"
OWN_ORIGIN: Final = "self"
_SLUG = re.compile(SLUG_PATTERN)


def check_slug(raw: str) -> str:
    """The slug of a new site. Raises TextProblem: invalid."""
    if not _SLUG.fullmatch(raw):
        raise TextProblem("invalid", "A slug has 1 to 63 of a-z, 0-9 and -, and does not begin with -.")
    return raw


def clean_origin(raw: str) -> str:
    """The origin (RFC 6454) of an address without a path, as browsers send it, or `self` for the service's own.

    Raises TextProblem: invalid.
    """
    if raw == OWN_ORIGIN:
        return raw
    url = parse_url(raw)
    if url.path not in ("", "/") or url.query is not None or url.fragment is not None:
        raise TextProblem("invalid", "An origin is scheme, host and port only, such as https://news.example.")
    return url.origin


def clean_page_host(raw: str) -> str:
    """A host in lower-case ASCII, or with `*.` before it all hosts below. Raises TextProblem: invalid."""
    below, host = ("*.", raw[2:]) if raw.startswith("*.") else ("", raw)
    try:
        return below + ascii_host(host)
    except TextProblem:
        raise TextProblem("invalid", "A host is written like news.example or *.news.example.") from None
