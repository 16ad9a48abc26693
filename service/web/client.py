"""Finds out from which address a request came, believing forwarding headers from trusted proxies alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from service.ratelimit.policies import Scope

Address = IPv4Address | IPv6Address

#: What stands for a peer that has no address (a unix socket) and tells of none.
NOWHERE: Final = IPv4Address("0.0.0.0")  # noqa: S104 - nothing is bound to it

# RFC 1918 and RFC 4193.
_INSIDE: Final = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))

# A chain of more proxies than this is somebody's invention; only its end is read.
_HOPS_MAX = 32


@dataclass(frozen=True)
class TrustedProxies:
    """The networks whose forwarding headers are believed; `unix` stands for peers on a unix socket."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    unix: bool = False

    @classmethod
    def parse(cls, text: str) -> TrustedProxies:
        """Reads `10.0.0.0/8, 2001:db8::1, unix`. Raises ValueError, naming the entry that is wrong."""
        entries = [entry.strip() for entry in text.split(",") if entry.strip()]
        networks = tuple(_network(entry) for entry in entries if entry != "unix")
        return cls(networks, "unix" in entries)

    def includes(self, peer: str | Address) -> bool:
        """Whether what `peer` says about its client is believed."""
        address = _address(peer) if isinstance(peer, str) else peer
        if address is None:
            return self.unix and peer == ""
        return any(address in network for network in self.networks)


def client_address(peer: str, forwarded_for: Sequence[str] | str | None, trusted: TrustedProxies) -> Address:
    """The rightmost hop that is not a trusted proxy, IPv4 in IPv6 unwrapped; NOWHERE for a nameless peer.

    `peer` is the TCP peer (REMOTE_ADDR), `forwarded_for` the X-Forwarded-For header in one line or several.
    Something that is not an address ends the search at the last hop that was.
    """
    nearest = _address(peer) or NOWHERE
    if not forwarded_for or not trusted.includes(peer):
        return nearest
    chain = forwarded_for if isinstance(forwarded_for, str) else ",".join(forwarded_for)
    for hop in reversed(chain.rsplit(",", _HOPS_MAX)[-_HOPS_MAX:]):
        address = _address(_without_port(hop.strip()))
        if address is None:
            return nearest
        nearest = address
        if not trusted.includes(address):
            return nearest
    return nearest


def address_scopes(address: Address) -> dict[Scope, str]:
    """The networks under which an address is counted: an IPv4 /32; an IPv6 /64, and its /48 as a ceiling."""
    if isinstance(address, IPv4Address):
        return {Scope.ADDRESS: f"{address}/32"}
    return {
        Scope.ADDRESS: str(ip_network((address, 64), strict=False)),
        Scope.ADDRESS_WIDE: str(ip_network((address, 48), strict=False)),
    }


def is_inside(address: Address) -> bool:
    """Whether the address is of this machine or of a network inside, where one address stands for many senders."""
    if address.is_loopback or address.is_link_local or address.is_unspecified:
        return True
    return any(address in network for network in _INSIDE)


@lru_cache(maxsize=1024)
def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        return IPv6Address(int(address))  # without the name of an interface
    return address


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _network(entry: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(entry)
    except ValueError as problem:
        raise ValueError(
            f"{entry!r} is neither an address, a network such as 10.0.0.0/8, nor unix"
        ) from problem
    if network.prefixlen == 0:
        raise ValueError(f"{entry!r} would trust everybody: name the proxies' own addresses")
    return network
