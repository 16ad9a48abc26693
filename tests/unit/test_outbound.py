"""No hostile address is connected to; what may be is reached at the address that was judged, and for so long."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from service.domain.errors import TextProblem
from service.outbound import fetch, session
from service.outbound.fetch import Outbound
from service.outbound.guard import clean_target, is_global
from service.outbound.reply import OutboundError
from service.settings import Settings, SettingsError
from tests.corpora import payloads

LOOPBACK = ip_address("127.0.0.1")


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450::1"])
def test_addresses_of_the_internet(address: str) -> None:
    assert is_global(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.0.0.1"),
        *("192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:1.1.1.1"),
        *("::1.1.1.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:20::1", "2001:db8::1"),
        *("2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"),
        "4000::1",
    ],
)
def test_addresses_that_are_not(address: str) -> None:
    assert not is_global(ip_address(address))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example/x", "invalid"),
        ("https://user:word@hooks.example/x", "invalid"),
        ("https://hooks.example:22/x", "forbidden_address"),
        ("https://hooks.example:80/x", "forbidden_address"),
        ("https://localhost/x", "forbidden_address"),
        ("https://169.254.169.254/latest", "forbidden_address"),
        ("https://[::1]/x", "forbidden_address"),
        ("https://127.0.0.1/x", "forbidden_address"),
        (f"https://hooks.example/{'x' * 2000}", "too_long"),
        ("ftp://hooks.example/", "invalid"),
    ],
)
def test_what_cannot_be_a_receiver(url: str, code: str) -> None:
    with pytest.raises(TextProblem) as found:
        clean_target(url)
    assert found.value.code == code


def test_what_can_be_one() -> None:
    for url in ("https://hooks.example/x?a=b", "https://hooks.example:8443/", "https://1.1.1.1/x"):
        assert str(clean_target(url)) == url
    assert str(clean_target("http://127.0.0.1:8080/x", [LOOPBACK])) == "http://127.0.0.1:8080/x"


def _resolved(host: str | bytes | None, port: Any, *_: Any, **__: Any) -> list[Any]:
    """A resolver under an attacker's control: names hold the address they stand for, all others are us."""
    name = host.decode() if isinstance(host, bytes) else str(host)
    inside = re.match(r"(\d+\.\d+\.\d+\.\d+)\.", name + ".")
    address = ip_address(inside[1]) if inside else None
    try:
        address = address or ip_address(name)
    except ValueError:
        address = LOOPBACK
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    return [(family, socket.SOCK_STREAM, 6, "", (str(address), int(port or 443)))]


@pytest.mark.corpora
def test_no_hostile_address_is_ever_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[Any] = []

    def connect(_self: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", _resolved)
    monkeypatch.setattr(socket.socket, "connect", connect)
    hostile = payloads("ssrf_url")
    assert len(hostile) > 200
    for url in hostile:
        for variant in {url, re.sub(r"^http:", "https:", url), re.sub(r"^\w+:/*", "https://", url)}:
            with pytest.raises(OutboundError):
                Outbound().post(variant, b"{}", {})
    assert [one for one in connected if not is_global(ip_address(one[0]))] == []
    with pytest.raises(OutboundError, match="unreachable"):
        Outbound().post("https://1.1.1.1.name.example/", b"{}", {})
    assert connected[-1] == ("1.1.1.1", 443), "the control: a good address is connected to"


def test_the_name_is_looked_up_once_and_that_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the second answer would be ours."""
    answers = iter(["1.1.1.1", "127.0.0.1", "127.0.0.1"])
    connected: list[Any] = []

    def connect(_self: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    def resolved(host: str, port: Any, *more: Any, **named: Any) -> list[Any]:
        try:
            ip_address(host)
        except ValueError:
            return _resolved(next(answers), port)
        return _resolved(host, port)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(OutboundError, match="unreachable"):
        Outbound().post("https://rebind.example/", b"{}", {})
    assert connected == [("1.1.1.1", 443)]


@pytest.mark.parametrize("address", ["4000::1", "5f00::1", "2001:1::1", "240.0.0.1", "192.88.99.1"])
def test_our_own_rule_judges_what_a_name_stands_for(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    answer = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    connected: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: answer)
    monkeypatch.setattr(socket.socket, "connect", lambda _self, to: connected.append(to))
    with pytest.raises(OutboundError, match="forbidden"):
        Outbound().post("https://hooks.example/", b"{}", {})
    assert connected == []


@contextmanager
def answering(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on this machine that reads one request and then says what `talk` does."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65_536)
                    talk(connection)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/hook"
        server.close()
        thread.join(5)


def test_what_is_allowed_here_is_reached_and_redirects_are_not_followed() -> None:
    def redirect(connection: socket.socket) -> None:
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nX-One: two\r\nContent-Length: 2\r\n\r\nno"
        )

    with answering(redirect) as url:
        reply = Outbound([LOOPBACK]).post(url, b"{}", {})
    assert (reply.status, reply.body, reply.headers["x-one"]) == (302, b"no", "two")


@pytest.mark.parametrize("start", [b"200 OK", b"302 Found\r\nLocation: https://elsewhere.example/"])
def test_an_endless_answer_ends_at_64_kib(start: bytes) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 " + start + b"\r\n\r\n")
        while True:
            connection.sendall(b"x" * 8192)

    with answering(endless) as url, pytest.raises(OutboundError, match="too_large"):
        Outbound([LOOPBACK]).post(url, b"{}", {})


@pytest.mark.parametrize("drip", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Long: "])
def test_an_answer_that_drips_ends_with_its_time(drip: bytes) -> None:
    def slowly(connection: socket.socket) -> None:
        connection.sendall(drip)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)  # the server's own pace, not a wait of the test

    with answering(slowly) as url, pytest.raises(OutboundError, match="slow"):
        Outbound([LOOPBACK], seconds=0.5).post(url, b"{}", {})


def test_the_environment_is_not_asked_for_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    with answering(lambda c: c.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")) as url:
        assert Outbound([LOOPBACK]).post(url, b"{}", {}).status == 204


def test_this_machine_is_out_of_reach_unless_a_setting_says_so() -> None:
    with answering(lambda c: c.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")) as url:
        with pytest.raises(OutboundError, match="forbidden"):
            Outbound().post(url, b"{}", {})
        assert Outbound([LOOPBACK]).post(url, b"{}", {}).status == 204
    assert fetch.SECONDS == 10
    assert session.ANSWER_MAX == 65_536


def test_the_setting_takes_loopback_only_and_never_in_production() -> None:
    assert Settings.from_environ({"BELOWLINE_OUTBOUND_ALLOW": "127.0.0.1, ::1"}).outbound_allow
    for wrong in ("10.0.0.1", "localhost", "127.0.0.1,8.8.8.8"):
        with pytest.raises(SettingsError, match="BELOWLINE_OUTBOUND_ALLOW"):
            Settings.from_environ({"BELOWLINE_OUTBOUND_ALLOW": wrong})
    production = {
        "BELOWLINE_ENV": "production",
        "SECRET_KEYS_FILE": "/run/keys",
        "BELOWLINE_OUTBOUND_ALLOW": "127.0.0.1",
    }
    with pytest.raises(SettingsError, match="refused in production"):
        Settings.from_environ(production)
