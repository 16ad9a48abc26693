"""REDIS_URL: what is understood, and a sentence for what is not, which never repeats a password."""

import pytest

from service.redis_address import Kind, RedisAddress, parse
from service.settings import Settings, SettingsError


def test_a_cluster_is_named_by_some_of_its_nodes() -> None:
    assert parse("redis+cluster://one:7000,[::1]:7001,three/") == RedisAddress(
        Kind.CLUSTER, nodes=(("one", 7000), ("::1", 7001), ("three", 6379))
    )


def test_a_master_is_named_by_its_sentinels_and_its_name() -> None:
    assert parse("rediss+sentinel://us%40er:p%2Fw@one,two:26380/limits") == RedisAddress(
        Kind.SENTINEL,
        nodes=(("one", 26379), ("two", 26380)),
        master="limits",
        username="us@er",
        password="p/w",
        tls=True,
    )


@pytest.mark.parametrize("url", ["redis://host:6379/0", "rediss://host", "unix:///run/redis.sock"])
def test_the_address_of_one_server_is_passed_on(url: str) -> None:
    address = parse(url)
    assert (address.kind, address.url) == (Kind.ONE, url)


@pytest.mark.parametrize(
    "url",
    [
        "http://:secret@one/",
        "redis://:secret@one:port/",
        "redis+cluster://:secret@/",
        "redis+cluster://:secret@one:7000,/",
        "redis+cluster://:secret@one:port/",
        "redis+cluster://:secret@one:0/",
        "redis+cluster://:secret@one:7000/1",
        "redis+cluster://:secret@one:7000,[::1/",
        "redis+sentinel://:secret@one:26379/",
        "redis+sentinel://:secret@one:26379/limits/0",
        "redis+sentinel://:secret@one:26379/limits?db=0",
    ],
)
def test_a_bad_address_stops_the_start_with_a_sentence(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^REDIS_URL must (start with|look like|have a port)") as stopped:
        Settings.from_environ({"REDIS_URL": url})
    assert "secret" not in str(stopped.value)


def test_a_password_is_not_shown() -> None:
    shown = repr(parse("redis+cluster://user:secret@one/")) + repr(parse("redis://user:secret@one/"))
    assert "secret" not in shown
