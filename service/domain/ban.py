"""Whose comments always wait for a moderator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

from service.domain.errors import TextProblem
from service.domain.url import ascii_host

PREFIX_MAX: Final = 60
DOMAIN_MAX: Final = 253
#: The networks under which comments are counted; of others there is no keyed hash to compare with.
_LENGTHS: Final = {4: (32,), 6: (64, 48)}


class BanKind(StrEnum):
    AUTHOR = "author"
    EMAIL_DOMAIN = "email_domain"
    SOURCE = "source"


@dataclass(frozen=True)
class Banned:
    """The ban that a comment meets; `kind` is None when only an earlier text of the same comment met one."""

    kind: BanKind | None
    reason: str = ""
    expires_at: datetime | None = None


def clean_prefix(raw: str) -> str:
    """An IPv4 /32, or an IPv6 /64 or /48, in canonical text; a bare address means its /32 or /64.

    An IPv4 address inside IPv6 is taken for what it is. Raises TextProblem: invalid.
    """
    try:
        network = ip_network(raw.strip()[:PREFIX_MAX], strict=False)
    except ValueError:
        raise _unusable() from None
    if isinstance(network, IPv6Network) and network.prefixlen == network.max_prefixlen:
        return str(_of_address(network.network_address))
    if network.prefixlen not in _LENGTHS[network.version]:
        raise _unusable()
    return str(network)


def _of_address(address: IPv6Address) -> IPv4Network | IPv6Network:
    if address.ipv4_mapped:
        return IPv4Network(address.ipv4_mapped)
    return IPv6Network((int(address), 64), strict=False)


def _unusable() -> TextProblem:
    return TextProblem("invalid", "An IPv4 address (203.0.113.7), or an IPv6 /64 or /48 (2001:db8:1:2::/64).")


def clean_domain(raw: str) -> str:
    """The domain of emails in lower-case ASCII, with or without the @ before it. Raises TextProblem: invalid."""
    try:
        host = ascii_host(raw.strip().removeprefix("@"))
    except TextProblem:
        host = ""
    if "." not in host or host.startswith("["):
        raise TextProblem("invalid", "The part of an email after the @, such as mail.example.")
    return host


def domains_above(domain: str) -> tuple[str, ...]:
    """An email's domain in ASCII and those above it: a ban of `spam.example` meets `a.spam.example` too."""
    try:
        return tuple(_above(ascii_host(domain)))
    except TextProblem:
        return ()


def _above(domain: str) -> Iterator[str]:
    while "." in domain:
        yield domain
        domain = domain.partition(".")[2]
