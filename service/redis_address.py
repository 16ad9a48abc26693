"""REDIS_URL taken apart: one server, the nodes of a cluster, or the Sentinels that know a master."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit


class Kind(StrEnum):
    ONE = "one"
    CLUSTER = "cluster"
    SENTINEL = "sentinel"


@dataclass(frozen=True)
class RedisAddress:
    """Where Redis is. `nodes` are (host, port) of some nodes of the cluster, or of the Sentinels.

    `url` is that of one server; `master` the name under which the Sentinels know it. The user name and the
    password are those of the servers, not of the Sentinels.
    """

    kind: Kind
    url: str = field(default="", repr=False)
    nodes: tuple[tuple[str, int], ...] = ()
    master: str = ""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False


_SCHEMES = {
    "redis": (Kind.ONE, False),
    "rediss": (Kind.ONE, True),
    "unix": (Kind.ONE, False),
    "redis+cluster": (Kind.CLUSTER, False),
    "rediss+cluster": (Kind.CLUSTER, True),
    "redis+sentinel": (Kind.SENTINEL, False),
    "rediss+sentinel": (Kind.SENTINEL, True),
}
_PORTS = {Kind.CLUSTER: 6379, Kind.SENTINEL: 26379}


def parse(url: str) -> RedisAddress:
    """The address. Raises ValueError, saying what is allowed and never what was given: it may hold a password."""
    scheme, _, rest = url.partition("://")
    if scheme not in _SCHEMES:
        raise ValueError(
            "must start with redis://, rediss:// or unix://, redis+cluster:// or rediss+cluster:// for a cluster, "
            "redis+sentinel:// or rediss+sentinel:// for a master that Sentinels know"
        )
    kind, tls = _SCHEMES[scheme]
    if kind is Kind.ONE:
        _check_port(url)
        return RedisAddress(kind, url, tls=tls)
    places, _, path = rest.partition("/")
    credentials, _, hosts = places.rpartition("@")
    username, _, password = credentials.partition(":")
    if (kind is Kind.SENTINEL) != bool(path) or "/" in path or "?" in path:
        raise ValueError(f"must look like {_pattern(kind, scheme)}")
    return RedisAddress(
        kind,
        nodes=tuple(_node(host, kind, scheme) for host in hosts.split(",")),
        master=unquote(path),
        username=unquote(username) or None,
        password=unquote(password) or None,
        tls=tls,
    )


def _check_port(url: str) -> None:
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValueError("must have a port from 0 to 65535 after the host") from None


def _node(place: str, kind: Kind, scheme: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port == 0 or place != parts.netloc or parts.username is not None:
        raise ValueError(f"must look like {_pattern(kind, scheme)}")
    return host, port or _PORTS[kind]


def _pattern(kind: Kind, scheme: str) -> str:
    return f"{scheme}://host:port,host:port/" + ("name-of-the-master" if kind is Kind.SENTINEL else "")
