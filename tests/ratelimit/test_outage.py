"""A Redis that dies, freezes or comes back costs readers nothing that they would notice."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.breaker import PAUSE_SECONDS, Breaker
from service.ratelimit.limiter import Limiter, Outcome, build
from service.ratelimit.policies import Action, Scope
from service.settings import Settings
from tests.backing.redis import RedisServer
from tests.backing.waiting import one_within, wait_until

KEYS = {Scope.ADDRESS: "addr1", Scope.SITE: "demo"}
FIRST_SECONDS = 0.25
LATER_SECONDS = 0.05  # a wait for Redis would be three times as long


@pytest.fixture
def limiters(own_redis: RedisServer) -> Iterator[list[Limiter]]:
    """Three that count in Redis, each of which meets what happens to it for the first time."""
    made = [build(Settings(redis_url=own_redis.url)) for _ in range(3)]
    for limiter in made:
        wait_until(lambda one=limiter: not one.hit(Action.VOTE, KEYS).degraded, "it counts in Redis")  # type: ignore[misc]
    yield made
    for limiter in made:
        limiter.close()


@pytest.fixture
def limiter(limiters: list[Limiter]) -> Limiter:
    return limiters[0]


def timed(limiter: Limiter) -> tuple[float, Outcome]:
    began = time.perf_counter()
    outcome = limiter.hit(Action.VOTE, KEYS)
    return time.perf_counter() - began, outcome


def degraded_seconds(limiter: Limiter) -> float:
    """What a vote takes that is counted without Redis."""
    seconds, outcome = timed(limiter)
    assert outcome.degraded
    return seconds


def slowest_while_watched(limiter: Limiter) -> float:
    """The longest that a vote takes while the watch asks more than once whether Redis is back."""
    ends = time.monotonic() + 2.5 * PAUSE_SECONDS
    slowest = 0.0
    while time.monotonic() < ends:
        slowest = max(slowest, timed(limiter)[0])
    return slowest


def test_a_frozen_redis_costs_a_quarter_second_once(own_redis: RedisServer, limiters: list[Limiter]) -> None:
    own_redis.freeze()
    firsts = [degraded_seconds(limiter) for limiter in limiters]
    assert limiters[0].hit(Action.VOTE, KEYS).allowed
    one_within(FIRST_SECONDS, firsts, "the first to meet the frost")
    one_within(LATER_SECONDS, map(slowest_while_watched, limiters), "those after it")


def test_readers_who_meet_the_frost_together_wait_no_longer(
    own_redis: RedisServer, limiters: list[Limiter]
) -> None:
    def longest(limiter: Limiter) -> float:
        with ThreadPoolExecutor(32) as pool:
            return max(pool.map(lambda _: degraded_seconds(limiter), range(32)))

    own_redis.freeze()
    # 32 threads on few cores; one after the other they would wait for five seconds
    one_within(FIRST_SECONDS * 4, map(longest, limiters), "the last of those who met it together")


def test_a_dead_redis_costs_nothing(own_redis: RedisServer, limiters: list[Limiter]) -> None:
    own_redis.kill()
    firsts = [degraded_seconds(limiter) for limiter in limiters]
    assert limiters[0].hit(Action.VOTE, KEYS).allowed
    one_within(LATER_SECONDS, firsts, "the first to meet a dead Redis")
    one_within(LATER_SECONDS, map(degraded_seconds, limiters), "the second")


def test_limits_hold_in_this_process_while_redis_is_gone(own_redis: RedisServer, limiter: Limiter) -> None:
    own_redis.kill()
    outcomes = [limiter.hit(Action.SUBMIT, KEYS) for _ in range(6)]
    assert [outcome.allowed for outcome in outcomes] == [True] * 5 + [False]


@pytest.mark.parametrize("harm", ["freeze", "kill"])
def test_counting_goes_on_in_redis_by_itself_when_it_is_back(
    own_redis: RedisServer, limiter: Limiter, harm: str
) -> None:
    with ThreadPoolExecutor(16) as pool:  # leaves many connections behind that will be broken
        list(pool.map(lambda _: limiter.hit(Action.VOTE, KEYS), range(64)))
    getattr(own_redis, harm)()
    assert limiter.hit(Action.VOTE, KEYS).degraded
    assert limiter.degraded
    if harm == "freeze":
        own_redis.thaw()
    else:
        own_redis.restart()
    wait_until(lambda: not limiter.degraded, "the limiter noticed that Redis is back")
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: limiter.hit(Action.LOGIN, KEYS), range(64)))
    assert not any(outcome.degraded for outcome in outcomes)


def test_a_redis_that_was_never_there_is_found_later(own_redis: RedisServer) -> None:
    own_redis.kill()
    limiter = build(Settings(redis_url=own_redis.url))
    assert limiter.hit(Action.VOTE, KEYS).degraded
    own_redis.start()
    wait_until(lambda: not limiter.hit(Action.VOTE, KEYS).degraded, "the limiter counts in Redis")
    limiter.close()


def test_without_redis_in_the_settings_nothing_is_degraded() -> None:
    outcome = build(Settings(redis_url=None)).hit(Action.VOTE, KEYS)
    assert outcome.allowed
    assert not outcome.hold


def test_one_watch_asks_however_many_requests_fail() -> None:
    asked: list[int] = []

    def answers() -> bool:
        asked.append(1)
        return len(asked) == 3

    breaker = Breaker(answers, pause_seconds=0.01)
    for _ in range(50):
        breaker.open()
    wait_until(lambda: breaker.closed, "the breaker closed")
    assert len(asked) == 3


def test_an_ended_breaker_does_not_watch_again() -> None:
    breaker = Breaker(lambda: False, pause_seconds=0.01)
    breaker.end()
    breaker.open()
    assert breaker.closed
