"""Limits under real Sentinels: after a failover the promoted replica counts, without a restart of ours."""

import time
from collections.abc import Iterator

import pytest
import redis

from service.ratelimit.limiter import Limiter, build
from service.ratelimit.policies import Action, Scope
from service.settings import Settings
from tests.backing.redis_groups import MASTER, SentinelGroup
from tests.backing.waiting import wait_until

KEYS = {Scope.ADDRESS: "addr1", Scope.SITE: "demo"}


@pytest.fixture
def group() -> Iterator[SentinelGroup]:
    """A master, its replica and three Sentinels for one test."""
    formed = SentinelGroup()
    yield formed
    formed.remove()


@pytest.fixture
def limiter(group: SentinelGroup) -> Iterator[Limiter]:
    limiter = build(Settings(redis_url=group.url))
    assert [limiter.hit(Action.SUBMIT, KEYS).allowed for _ in range(6)] == [True] * 5 + [False]
    assert not limiter.degraded
    wait_until(lambda: group.replica.command("DBSIZE") > 0, "the replica has the counters")
    yield limiter
    limiter.close()


def promoted(group: SentinelGroup) -> bool:
    return bool(group.replica.command("INFO", "replication")["role"] == "master")


def demoted(group: SentinelGroup) -> bool:
    try:
        return bool(group.master.command("INFO", "replication")["role"] == "slave")
    except redis.ConnectionError:  # it closes its connections when it is told
        return False


@pytest.mark.parametrize("harm", ["kill", "freeze"])
def test_a_lost_master_is_replaced_with_what_was_counted(
    group: SentinelGroup, limiter: Limiter, harm: str
) -> None:
    getattr(group.master, harm)()
    began = time.perf_counter()
    first = limiter.hit(Action.VOTE, KEYS)
    first_seconds = time.perf_counter() - began
    assert first.allowed
    assert first.degraded
    assert first_seconds <= 0.25
    wait_until(lambda: not limiter.hit(Action.VOTE, KEYS).degraded, "counted again", 30)
    assert promoted(group)
    assert not limiter.hit(Action.SUBMIT, KEYS).allowed  # the counters came along


def test_a_failover_that_somebody_asked_for_is_followed(group: SentinelGroup, limiter: Limiter) -> None:
    group.sentinels[0].command("SENTINEL FAILOVER", MASTER)
    wait_until(lambda: promoted(group), "the replica was promoted", 30)
    wait_until(lambda: demoted(group), "the master was demoted", 30)
    wait_until(lambda: not limiter.hit(Action.VOTE, KEYS).degraded, "counted again", 30)
    assert group.replica.command("KEYS", "*vote-address*")


def test_two_of_three_sentinels_may_be_gone(group: SentinelGroup) -> None:
    group.sentinels[0].kill()
    group.sentinels[1].kill()
    limiter = build(Settings(redis_url=group.url))
    assert not limiter.hit(Action.VOTE, KEYS).degraded
    limiter.close()


def test_sentinels_that_were_never_there_degrade_and_stop_nothing() -> None:
    limiter = build(Settings(redis_url="redis+sentinel://127.0.0.1:1,127.0.0.1:2/limits"))
    outcome = limiter.hit(Action.VOTE, KEYS)
    assert outcome.allowed
    assert outcome.degraded
    limiter.close()
