"""Where a request may go: https, usual ports, and addresses that belong to the whole internet."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from service.domain.errors import TextProblem
from service.domain.url import Url, parse_url

Address = IPv4Address | IPv6Address

PORTS: Final = frozenset({443, 8443})
URL_MAX: Final = 2_000
_GLOBAL_IPV6: Final = IPv6Network("2000::/3")
# Inside 2000::/3 and yet not the whole internet's: other protocols in disguise, documentation, overlays, benchmarks.
_NOT_GLOBAL_IPV6: Final = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# What Python of some versions calls global.
_NOT_GLOBAL_IPV4: Final = tuple(
    map(IPv4Network, ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3"))
)


def is_global(address: Address) -> bool:
    """Whether anybody on the internet may be there: no private, loopback, link-local, shared or reserved address."""
    if isinstance(address, IPv6Address):
        return address in _GLOBAL_IPV6 and not any(address in inner for inner in _NOT_GLOBAL_IPV6)
    return address.is_global and not any(address in inner for inner in _NOT_GLOBAL_IPV4)


def clean_target(raw: str, allowed: Collection[Address] = ()) -> Url:
    """The address of a receiver: https on a usual port; of a literal address of `allowed` also http, on any port.

    A name is looked up, and judged, at each request. Raises TextProblem: too_long, invalid, forbidden_address.
    """
    if len(raw) > URL_MAX:
        raise TextProblem("too_long", f"This may have at most {URL_MAX} characters.")
    url = parse_url(raw)
    literal = _literal(url.host)
    if literal is not None and literal in allowed:
        return url
    if url.scheme != "https":
        raise TextProblem("invalid", "Write an address that begins with https://.")
    if (url.port or 443) not in PORTS:
        raise _forbidden("Only the ports 443 and 8443 are taken.")
    if literal is not None and not is_global(literal):
        raise _forbidden("This address is not on the internet.")
    if literal is None and "." not in url.host:
        raise _forbidden("This name is not one of the internet's.")
    return url


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _forbidden(message: str) -> TextProblem:
    return TextProblem("forbidden_address", message)
