"""Limits under real Sentinels: after a failover the promoted replica counts, without a restart of ours."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from service.ratelimit import servers
from service.ratelimit.limiter import Limiter, build
from service.ratelimit.policies import Action, Scope
from service.settings import Settings
from tests.backing.redis_groups import MASTER, SentinelGroup
from tests.backing.waiting import one_within, wait_until

KEYS = {Scope.ADDRESS: "addr1", Scope.SITE: "demo"}


@pytest.fixture
def group() -> Iterator[SentinelGroup]:
    """A master, its replica and three Sentinels for one test."""
    formed = SentinelGroup()
    yield formed
    formed.remove()


@pytest.fixture
def limiter(group: SentinelGroup) -> Iterator[Limiter]:
    """One that counts in the master, whose replica knows that the reader has used up their posts."""
    with patient(group) as sure:
        assert [sure.hit(Action.SUBMIT, KEYS).allowed for _ in range(6)] == [True] * 5 + [False]
    wait_until(lambda: group.replica.command("DBSIZE") > 0, "the replica has the counters")
    with counting(group) as limiter:
        yield limiter


@contextmanager
def counting(group: SentinelGroup) -> Iterator[Limiter]:
    """A new limiter that has found the master."""
    limiter = build(Settings(redis_url=group.url))
    wait_until(lambda: not limiter.hit(Action.VOTE, KEYS).degraded, "the limiter found the master")
    yield limiter
    limiter.close()


@contextmanager
def patient(group: SentinelGroup) -> Iterator[Limiter]:
    """One that waits longer, for exact counting on a busy machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(servers, "TIMEOUT_SECONDS", 5)
        with counting(group) as limiter:
            yield limiter


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
    def first_seconds(one: Limiter) -> float:
        began = time.perf_counter()
        outcome = one.hit(Action.VOTE, KEYS)
        assert outcome.allowed
        assert outcome.degraded
        return time.perf_counter() - began

    with counting(group) as second, counting(group) as third:
        getattr(group.master, harm)()
        firsts = [first_seconds(one) for one in (limiter, second, third)]
    one_within(0.25, firsts, "the first to meet the loss")
    wait_until(lambda: not limiter.hit(Action.VOTE, KEYS).degraded, "counted again", 30)
    assert promoted(group)
    with patient(group) as sure:
        assert not sure.hit(Action.SUBMIT, KEYS).allowed  # the counters came along


def test_a_failover_that_somebody_asked_for_is_followed(group: SentinelGroup, limiter: Limiter) -> None:
    group.sentinels[0].command("SENTINEL FAILOVER", MASTER)
    wait_until(lambda: promoted(group), "the replica was promoted", 30)
    wait_until(lambda: demoted(group), "the master was demoted", 30)
    wait_until(lambda: not limiter.hit(Action.VOTE, KEYS).degraded, "counted again", 30)
    assert group.replica.command("KEYS", "*vote-address*")


def test_two_of_three_sentinels_may_be_gone(group: SentinelGroup) -> None:
    group.sentinels[0].kill()
    group.sentinels[1].kill()
    with patient(group) as limiter:
        assert not limiter.degraded


def test_sentinels_that_were_never_there_degrade_and_stop_nothing() -> None:
    limiter = build(Settings(redis_url="redis+sentinel://127.0.0.1:1,127.0.0.1:2/limits"))
    outcome = limiter.hit(Action.VOTE, KEYS)
    assert outcome.allowed
    assert outcome.degraded
    limiter.close()
