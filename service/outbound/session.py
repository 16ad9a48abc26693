"""Sends one request: to the address that was judged and no other, without redirects, with an end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final

import requests
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from service.outbound.guard import Address, is_global
from service.outbound.reply import OutboundError, Reply

ANSWER_MAX: Final = 64 * 1024
AGENT: Final = "Belowline"
_CHUNK: Final = 8 * 1024


def send(
    url: str, body: bytes, headers: Mapping[str, str], allowed: frozenset[Address], seconds: float
) -> Reply:
    """The answer, whatever its status. Raises OutboundError: forbidden, unreachable, slow, too_large."""
    watch = _Watch(seconds)
    try:
        with watch, _session(watch, allowed, seconds) as session:
            return _sent(session, url, body, headers, watch)
    except InvalidIPAddress:
        raise OutboundError("forbidden") from None
    except requests.Timeout:
        raise OutboundError("slow") from None
    except (requests.RequestException, OSError, ValueError):
        raise OutboundError("slow" if watch.ran_out else "unreachable") from None


def _session(watch: _Watch, allowed: frozenset[Address], seconds: float) -> HTTPSession:
    session = _Straight(
        Config(
            ip_filter_enable=False,  # mounted below, with a rule of our own
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(seconds, seconds),
            user_agent_override=AGENT,
        )
    )
    session.trust_env = False  # no proxy and no netrc of the environment
    for scheme in ("http", "https"):
        session.mount(f"{scheme}://", _Guarded(scheme, allowed, watch))
    return session


def _sent(session: HTTPSession, url: str, body: bytes, headers: Mapping[str, str], watch: _Watch) -> Reply:
    sent = {**headers, "Accept-Encoding": "identity"}
    with session.post(url, data=body, headers=sent, stream=True) as response:
        read = b""
        while chunk := response.raw.read1(_CHUNK):
            read += chunk
            if len(read) > ANSWER_MAX:
                raise OutboundError("too_large")
        if watch.ran_out:
            raise OutboundError("slow")
        shown = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, shown, read)


class _Straight(HTTPSession):  # type: ignore[misc]
    """A session that sees no redirect: requests reads the whole body of one, however long, also of one it ignores."""

    def get_redirect_target(self, _response: requests.Response) -> None:
        return None


class _Guarded(IPFilterAdapter):  # type: ignore[misc]
    """Looks the name up once, judges the address by our rule, and connects to that address."""

    def __init__(self, scheme: str, allowed: frozenset[Address], watch: _Watch) -> None:
        super().__init__(is_https_proto=scheme == "https", allow_loopback=bool(allowed))
        self._reachable = allowed
        self._watch = watch

    def build_connection_pool_key_attributes(self, *arguments: Any, **named: Any) -> Any:
        host, pool = super().build_connection_pool_key_attributes(*arguments, **named)
        pinned = ip_address(host["host"].strip("[]"))
        if pinned not in self._reachable and not is_global(pinned):
            raise InvalidIPAddress(pinned)
        return host, pool

    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:
        pool = super().get_connection_with_tls_context(*arguments, **named)
        pool.ConnectionCls = self._watch.over(pool.ConnectionCls)
        return pool


class _Watch:
    """Ends a request when its time is over, also one whose answer drips in byte by byte."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    @property
    def ran_out(self) -> bool:
        return time.monotonic() >= self._until

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def over(self, connection: Any) -> type:
        """The kind of connection, told to us when it connects."""
        sockets = self._sockets

        def connect(self: Any) -> None:
            connection.connect(self)
            sockets.append(self.sock)

        return type("Watched", (connection,), {"connect": connect})

    def _end(self) -> None:
        for one in self._sockets:
            try:
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            except OSError:
                continue  # it has ended by itself
