"""Takes an absolute http(s) URL apart in one way that cannot be misread: for websites, pages, links."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote

import idna

from service.domain.errors import TextProblem

DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_SHAPE = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>.*))?",
    re.IGNORECASE | re.DOTALL,
)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@]+)(?::(?P<port>[0-9]{0,5}))?")
# White space, controls and backslashes: what browsers drop or turn into "/" while reading an address.
_MISREAD = re.compile(r"[\s\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Never part of an address as it stands: quotes, brackets and the like, and characters without an image.
_UNSAFE = re.compile(
    "[\"<>`{}|^'\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff0-\uffff]"
)


@dataclass(frozen=True)
class Url:
    """An absolute http(s) URL: the host in lower-case ASCII (IPv6 in brackets), None for a default port."""

    scheme: str
    host: str
    port: int | None
    path: str
    query: str | None
    fragment: str | None

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}" + ("" if self.port is None else f":{self.port}")

    def __str__(self) -> str:
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.origin}{self.path}{query}{fragment}"


def parse_url(raw: str) -> Url:
    """The URL with a normalised host and everything else as written, unsafe characters percent-encoded.

    Refused are other schemes, a missing host, userinfo, backslashes, white space, controls, and hosts
    that are a number in disguise (`0x7f.1`). Raises TextProblem: invalid.
    """
    shape = None if _MISREAD.search(raw) else _SHAPE.fullmatch(raw)
    authority = _AUTHORITY.fullmatch(shape["authority"]) if shape else None
    if shape is None or authority is None:
        raise invalid()
    scheme = shape["scheme"].lower()
    port = int(authority["port"]) if authority["port"] else None
    if port is not None and port > 65_535:
        raise invalid()
    # "https://a.example?@b.example" is host a to browsers and b to sloppy readers: a slash leaves no doubt.
    path = shape["path"] or ("" if shape["query"] is shape["fragment"] is None else "/")
    return Url(
        scheme=scheme,
        host=ascii_host(authority["host"]),
        port=None if port == DEFAULT_PORTS[scheme] else port,
        path=_safe(path),
        query=None if shape["query"] is None else _safe(shape["query"]),
        fragment=None if shape["fragment"] is None else _safe(shape["fragment"]),
    )


@lru_cache(maxsize=4096)
def ascii_host(raw: str) -> str:
    """A host in lower-case ASCII (IDNA 2008 with UTS 46) without a final dot. Raises TextProblem: invalid."""
    if raw.startswith("["):
        return f"[{_ipv6(raw[1:-1])}]"
    host = raw.lower().removesuffix(".")
    if len(host) > 253:
        raise invalid()
    if not host.isascii() or "xn--" in host:
        host = _idna(host)
    labels = host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise invalid()
    return _ipv4(host) if _NUMBER.fullmatch(labels[-1]) else host


def invalid() -> TextProblem:
    """The one refusal of an address; its message says what would be taken."""
    return TextProblem("invalid", "Write the full address with https://, such as https://example.com/page.")


def _idna(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as problem:
        raise invalid() from problem


def _ipv4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except AddressValueError as problem:
        raise invalid() from problem


def _ipv6(host: str) -> str:
    try:
        return str(IPv6Address(host))
    except AddressValueError as problem:
        raise invalid() from problem


def _safe(part: str) -> str:
    part = part if part.isascii() else unicodedata.normalize("NFC", part)
    return _UNSAFE.sub(lambda match: quote(match[0], safe=""), part)
