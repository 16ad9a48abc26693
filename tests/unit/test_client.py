"""Whose request it is: the peer, unless a trusted proxy names somebody else."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ratelimit.policies import Scope
from service.web.client import NOWHERE, TrustedProxies, address_scopes, client_address

TRUSTED = TrustedProxies.parse("10.0.0.0/8, 192.0.2.7, 2001:db8:ffff::/48, unix")
NOBODY = TrustedProxies.parse("")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", None, "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),  # anybody can send the header
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),  # what the client wrote stands to the left
        ("10.0.0.1", "198.51.100.1, 192.0.2.7, 10.9.9.9", "198.51.100.1"),
        ("10.0.0.1", "10.2.2.2, 10.3.3.3", "10.2.2.2"),
        ("10.0.0.1", "1.2.3.4, unknown, 10.3.3.3", "10.3.3.3"),
        ("10.0.0.1", "1.2.3.4, , 10.3.3.3", "10.3.3.3"),
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "127.1", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1\0", "10.0.0.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("2001:db8:ffff::9", "198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "198.51.100.1", "fe80::1"),
        ("", "198.51.100.1", "198.51.100.1"),
        ("", None, str(NOWHERE)),
    ],
)
def test_the_client_is_the_rightmost_hop_that_is_not_a_trusted_proxy(
    peer: str, forwarded: str | None, client: str
) -> None:
    assert client_address(peer, forwarded, TRUSTED) == ip_address(client)


def test_several_header_lines_are_one_chain() -> None:
    assert client_address("10.0.0.1", ["1.2.3.4", "198.51.100.1, 10.1.1.1"], TRUSTED) == ip_address(
        "198.51.100.1"
    )


def test_nobody_is_trusted_unless_the_settings_say_so() -> None:
    for peer in ("127.0.0.1", "::1", "10.0.0.1"):
        assert client_address(peer, "198.51.100.1", NOBODY) == ip_address(peer)
    assert client_address("", "198.51.100.1", NOBODY) == NOWHERE


@given(invented=st.text(max_size=200))
def test_nothing_that_a_client_writes_changes_who_it_is(invented: str) -> None:
    chain = f"{invented}, 198.51.100.1, 10.1.1.1"
    assert client_address("10.0.0.1", chain, TRUSTED) == ip_address("198.51.100.1")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.1", {Scope.ADDRESS: "198.51.100.1/32"}),
        (
            "2001:db8:1:2:3:4:5:6",
            {Scope.ADDRESS: "2001:db8:1:2::/64", Scope.ADDRESS_WIDE: "2001:db8:1::/48"},
        ),
    ],
)
def test_addresses_are_counted_by_the_network_of_one_customer(
    address: str, counted: dict[Scope, str]
) -> None:
    assert address_scopes(ip_address(address)) == counted


@pytest.mark.parametrize(
    "wrong", ["proxy", "10.0.0.0/33", "10.0.0.1/8", "unix:/run/proxy", "10.0.0.1;10.0.0.2"]
)
def test_a_wrong_proxy_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong.split("/")[0]):
        TrustedProxies.parse(f"192.0.2.7, {wrong}")


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0"])
def test_trusting_everybody_is_refused(everybody: str) -> None:
    with pytest.raises(ValueError, match="everybody"):
        TrustedProxies.parse(everybody)
