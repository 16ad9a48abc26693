"""Limits are counted in a real Redis: exactly, at once for all keys, and in one round trip."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from itertools import pairwise
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.ratelimit.limiter import Limiter, build
from service.ratelimit.memory import MemoryCounters
from service.ratelimit.policies import LIMITS, Action, Effect, Limit, Scope
from service.ratelimit.servers import Servers
from service.ratelimit.shared import RedisCounters
from service.settings import Settings
from service.web.client import address_scopes
from tests.backing.redis import RedisServer

NOON_US = 1_773_230_400_123_457
READER = {Scope.ADDRESS: "addr1", Scope.AUTHOR: "auth1", Scope.PAGE: "page1", Scope.SITE: "demo"}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_us = NOON_US

    def __call__(self) -> int:
        return self.now_us

    def forward(self, seconds: float) -> None:
        self.now_us += int(seconds * 1_000_000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared_client(redis_server: RedisServer, client: redis.Redis) -> Iterator[redis.Redis]:
    connected = redis.Redis.from_url(redis_server.url, max_connections=65, protocol=2)
    yield connected
    connected.close()


@pytest.fixture(params=["redis", "memory"])
def limiter(request: pytest.FixtureRequest, shared_client: redis.Redis, clock: Clock) -> Limiter:
    """The same limits, counted in Redis and in memory, under a pinned clock."""
    if request.param == "redis":
        return Limiter(shared=RedisCounters(Servers(lambda: shared_client), clock))
    return Limiter(own=MemoryCounters(clock))


def test_the_sixth_comment_of_a_minute_is_refused_and_told_when_to_come_back(limiter: Limiter) -> None:
    outcomes = [limiter.hit(Action.SUBMIT, READER) for _ in range(6)]
    assert [outcome.allowed for outcome in outcomes] == [True] * 5 + [False]
    refused = outcomes[-1]
    assert refused.exceeded is not None
    assert refused.exceeded.name == "submit-address"
    assert refused.retry_after_seconds == 12
    assert not refused.degraded


def test_waiting_as_long_as_told_is_enough(limiter: Limiter, clock: Clock) -> None:
    for _ in range(5):
        limiter.hit(Action.SUBMIT, READER)
    clock.forward(limiter.hit(Action.SUBMIT, READER).retry_after_seconds)
    assert limiter.hit(Action.SUBMIT, READER).allowed


def test_polite_retries_are_not_punished(limiter: Limiter, clock: Clock) -> None:
    for _ in range(5):
        limiter.hit(Action.SUBMIT, READER)
    waits = []
    for _ in range(11):
        waits.append(limiter.hit(Action.SUBMIT, READER).retry_after_seconds)
        clock.forward(1)
    assert all(earlier - later == 1 for earlier, later in pairwise(waits))
    clock.forward(1)
    assert limiter.hit(Action.SUBMIT, READER).allowed


def test_the_thirty_first_comment_of_an_hour_is_refused(limiter: Limiter, clock: Clock) -> None:
    outcomes = []
    for _ in range(60):
        outcomes.append(limiter.hit(Action.SUBMIT, READER))
        clock.forward(12)
    # 30 at once, and those that came back in the twelve minutes meanwhile
    assert sum(outcome.allowed for outcome in outcomes) == 30 + 5
    assert {outcome.exceeded.name for outcome in outcomes if outcome.exceeded} == {"submit-address-hour"}


def test_a_refusal_uses_up_nothing_anywhere(limiter: Limiter) -> None:
    for _ in range(5):
        limiter.hit(Action.SUBMIT, READER)
    for _ in range(100):
        assert not limiter.hit(Action.SUBMIT, READER).allowed
    other = {**READER, Scope.ADDRESS: "addr2", Scope.AUTHOR: "auth2"}
    states = {state.limit.name: state for state in limiter.hit(Action.SUBMIT, other).states}
    assert states["submit-page"].remaining == 60 - 6
    assert states["submit-site"].remaining == 600 - 6


def test_one_author_is_limited_from_any_number_of_addresses(limiter: Limiter) -> None:
    outcomes = [limiter.hit(Action.SUBMIT, {**READER, Scope.ADDRESS: f"a{n}"}) for n in range(6)]
    assert [outcome.allowed for outcome in outcomes] == [True] * 5 + [False]
    assert outcomes[-1].exceeded is not None
    assert outcomes[-1].exceeded.scope is Scope.AUTHOR


def test_refused_submissions_leave_the_right_to_post(limiter: Limiter) -> None:
    while limiter.hit(Action.REFUSED_SUBMISSION, READER).allowed:
        pass
    assert limiter.hit(Action.SUBMIT, READER).allowed


def test_a_flooded_site_holds_comments_and_refuses_nobody(shared_client: redis.Redis, clock: Clock) -> None:
    few = (
        Limit("site", Action.SUBMIT, Scope.SITE, 3, 60, Effect.HOLD),
        Limit("address", Action.SUBMIT, Scope.ADDRESS, 2, 60),
    )
    limiter = Limiter(few, RedisCounters(Servers(lambda: shared_client), clock))
    outcomes = [limiter.hit(Action.SUBMIT, {**READER, Scope.ADDRESS: f"a{n // 2}"}) for n in range(6)]
    assert all(outcome.allowed for outcome in outcomes)
    assert [outcome.hold for outcome in outcomes] == [False] * 3 + [True] * 3
    beyond = limiter.hit(Action.SUBMIT, {**READER, Scope.ADDRESS: "a0"})
    assert not beyond.allowed
    assert beyond.held_by == few[0]


def test_a_clock_set_back_locks_nobody_out(limiter: Limiter, clock: Clock) -> None:
    for _ in range(5):
        limiter.hit(Action.SUBMIT, READER)
    assert not limiter.hit(Action.SUBMIT, READER).allowed
    clock.forward(-86_400)
    assert limiter.hit(Action.SUBMIT, READER).allowed


def test_switched_off_limits_allow_everything_and_count_nothing(
    redis_server: RedisServer, client: redis.Redis
) -> None:
    limiter = build(Settings(redis_url=redis_server.url, limits_on=False))
    assert all(limiter.hit(Action.SUBMIT, READER).allowed for _ in range(100))
    assert client.dbsize() == 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from([Action.SUBMIT, Action.VOTE, Action.LOGIN]),
        st.integers(0, 2),
        st.sampled_from([0.0, 0.0, 0.0, 0.000001, 0.5, 7.3, 12.0, 61.0, 4000.0]),
    ),
    min_size=1,
    max_size=60,
)
SMALL = (
    Limit("few", Action.SUBMIT, Scope.ADDRESS, 3, 60),
    Limit("held", Action.SUBMIT, Scope.SITE, 4, 60, Effect.HOLD),
    Limit("odd", Action.VOTE, Scope.ADDRESS, 7, 60),  # 60 seconds are not a multiple of 7
    Limit("one", Action.LOGIN, Scope.ADDRESS, 1, 1),
    Limit("two", Action.LOGIN, Scope.SITE, 2, 3600),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_redis_and_memory_agree_on_every_schedule(shared_client: redis.Redis, steps: list[Any]) -> None:
    shared_client.flushall()
    clock = Clock()
    in_redis, in_memory = RedisCounters(Servers(lambda: shared_client), clock), MemoryCounters(clock)
    for action, number, seconds in steps:
        clock.forward(seconds)
        limits = [limit for limit in SMALL if limit.action is action]
        keys = [f"{limit.name}:{number if limit.scope is Scope.ADDRESS else 'demo'}" for limit in limits]
        assert in_redis.take(limits, keys) == in_memory.take(limits, keys)


def test_a_hundred_threads_never_exceed_a_limit(shared_client: redis.Redis) -> None:
    limiter = Limiter(
        (Limit("few", Action.SUBMIT, Scope.ADDRESS, 10, 3600),), RedisCounters(Servers(lambda: shared_client))
    )
    with ThreadPoolExecutor(64) as pool:
        outcomes = list(pool.map(lambda _: limiter.hit(Action.SUBMIT, READER), range(100)))
    assert not any(outcome.degraded for outcome in outcomes)
    assert sum(outcome.allowed for outcome in outcomes) == 10


def test_a_hundred_threads_never_exceed_a_limit_in_memory() -> None:
    def slow_clock() -> int:
        os.sched_yield()  # lets other threads come between reading and writing
        return NOON_US

    limiter = Limiter((Limit("few", Action.SUBMIT, Scope.ADDRESS, 10, 3600),), own=MemoryCounters(slow_clock))
    with ThreadPoolExecutor(64) as pool:
        outcomes = list(pool.map(lambda _: limiter.hit(Action.SUBMIT, READER), range(100)))
    assert sum(outcome.allowed for outcome in outcomes) == 10


def test_all_limits_of_an_action_cost_one_round_trip(shared_client: redis.Redis, client: redis.Redis) -> None:
    limiter = Limiter(shared=RedisCounters(Servers(lambda: shared_client)))
    limiter.hit(Action.SUBMIT, READER)  # loads the script
    client.config_resetstat()
    for _ in range(10):
        limiter.hit(Action.SUBMIT, READER)
    calls = {
        name.removeprefix("cmdstat_"): stats["calls"] for name, stats in client.info("commandstats").items()
    }
    from_the_script = {"mget", "set", "time"}
    from_the_test = {"config|resetstat", "info"}
    assert {name: n for name, n in calls.items() if name not in from_the_script | from_the_test} == {
        "evalsha": 10
    }


def test_a_redis_that_forgot_the_script_is_given_it_again(shared_client: redis.Redis) -> None:
    limiter = Limiter(shared=RedisCounters(Servers(lambda: shared_client)))
    limiter.hit(Action.SUBMIT, READER)
    shared_client.script_flush()
    outcome = limiter.hit(Action.SUBMIT, READER)
    assert not outcome.degraded
    assert outcome.states[0].remaining == 3


def test_keys_share_a_slot_and_expire_when_all_uses_are_back(shared_client: redis.Redis) -> None:
    limiter = Limiter(shared=RedisCounters(Servers(lambda: shared_client)))
    limiter.hit(Action.SUBMIT, READER)
    keys = [key.decode() for key in shared_client.scan_iter()]
    assert len(keys) == 5
    assert all(":{demo}:" in key for key in keys)
    for key in keys:
        limit = next(limit for limit in LIMITS if f":{limit.name}:" in key)
        assert 0 < shared_client.pttl(key) <= limit.interval_us // 1000 + 1


@pytest.mark.parametrize(
    "readable", ["192.0.2.1", "2001:db8::/64", "reader@example.com", "https://news.example/", ""]
)
def test_what_a_person_could_read_never_becomes_a_key(
    limiter: Limiter, client: redis.Redis, readable: str
) -> None:
    for keys in ({Scope.ADDRESS: readable}, {Scope.ADDRESS: "addr1", Scope.SITE: readable}):
        with pytest.raises(ValueError, match="fingerprint"):
            limiter.hit(Action.SUBMIT, keys)
    with pytest.raises(ValueError, match="fingerprint"):
        limiter.hit(Action.SUBMIT, {**address_scopes(ip_address("192.0.2.1"))})
    assert client.dbsize() == 0


def test_memory_stays_bounded_and_forgets_what_is_used_again(clock: Clock) -> None:
    counters = MemoryCounters(clock, keys_max=100)
    limiter = Limiter(own=counters)
    for n in range(1_000):
        limiter.hit(Action.VOTE, {Scope.ADDRESS: f"a{n}"})
        assert len(counters) <= 100
    clock.forward(3_600)
    limiter.hit(Action.VOTE, {Scope.ADDRESS: "new"})
    assert len(counters) == 2
