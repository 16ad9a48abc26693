"""The web addresses that a comment shows, with or without a scheme, and which of them pretend to be another."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import idna

from service.domain.disguise import seen_as_latin
from service.domain.errors import TextProblem
from service.domain.facts import KnownLinks
from service.domain.linked import is_below, linked_domains
from service.domain.text import fold
from service.domain.url import ascii_host
from service.spam.classifier.hosts import host_of
from service.spam.grouping import COMMON_DOMAINS

Span = tuple[int, int]

PIECE_MAX: Final = 2_000
SHOWN_MAX: Final = 20
#: Names that are worth imitating, and long enough not to be met by accident.
NAME_MIN: Final = 5

_PIECE: Final = re.compile(r"\S+")
_INNER_DOT: Final = re.compile(r"\.[^\s.]")
_LOOKS: Final = (("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("rn", "m"), ("vv", "w"))


class Address(NamedTuple):
    """A host in lower-case ASCII without `www.`; `span` is where it is first shown, None for the author's website."""

    host: str
    span: Span | None


@lru_cache(8)  # several checks ask about one comment, one after the other
def addresses(body: str, website: str) -> tuple[Address, ...]:
    """The hosts that a comment links to or names, each once, at most twenty."""
    spans = dict(_shown(body)) if _INNER_DOT.search(body) else {}
    hosts = dict.fromkeys((*linked_domains(body, website), *spans))
    return tuple(Address(host, spans.get(host)) for host in hosts)[:SHOWN_MAX]


def strange(body: str, website: str, known: KnownLinks) -> list[Address]:
    """Those that are neither the newsroom's own nor of domains that it trusts."""
    return [
        address
        for address in addresses(body, website)
        if address.host not in known.trusted and not is_below(address.host, known.own)
    ]


def imitated(host: str, known: Collection[str]) -> str:
    """The domain that this one is made to look like, or nothing: by foreign letters, or by digits for letters.

    `known` are domains worth imitating beside those that everybody knows.
    """
    shown = _as_shown(host)
    latin = seen_as_latin(fold(shown))
    if shown != host and latin != fold(shown) and latin.isascii():
        return latin
    if is_below(host, known) or is_below(host, COMMON_DOMAINS):
        return ""
    skeleton = _skeleton(host)
    for domain in (*COMMON_DOMAINS, *known):
        bare = domain.removeprefix("*.").removeprefix("www.")
        if len(bare.partition(".")[0]) >= NAME_MIN and (
            skeleton == _skeleton(bare) or skeleton.endswith("." + _skeleton(bare))
        ):
            return bare
    return ""


def _shown(body: str) -> Iterator[tuple[str, Span]]:
    seen: set[str] = set()
    for match in _PIECE.finditer(body):
        piece = match[0]
        if "." not in piece or len(piece) > PIECE_MAX:
            continue
        named = host_of(piece.lower())
        try:
            host = ascii_host(named).removeprefix("www.") if named else ""
        except TextProblem:
            continue
        if host and host not in seen:
            seen.add(host)
            yield host, match.span()
        if len(seen) == SHOWN_MAX:
            return


def _as_shown(host: str) -> str:
    if "xn--" not in host:
        return host
    try:
        return idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        return host


@lru_cache(256)
def _skeleton(host: str) -> str:
    for look, seen in _LOOKS:
        host = host.replace(look, seen)
    return host
