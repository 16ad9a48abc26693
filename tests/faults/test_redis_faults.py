"""Redis is never the truth: gone, frozen and back again, with the service running on."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Iterator

import pytest

from service.ratelimit.servers import TIMEOUT_SECONDS
from tests.backing.client import Answer
from tests.backing.redis import RedisServer
from tests.backing.service import RunningService, comment
from tests.backing.waiting import one_within, wait_until

pytestmark = pytest.mark.faults

POSTS = 30
WORKERS = 2
FIRST_SECONDS = 0.25
ARTICLE = "https://news.example/article"
PAGE = f"/v1/comments?site=demo&page={ARTICLE}"


class Newsroom:
    """A running service that publishes everything as long as it can count, and the Redis it counts in."""

    def __init__(self) -> None:
        self.redis = RedisServer(tcp=True)
        self.service = RunningService(
            {
                "REDIS_URL": self.redis.url,
                "BELOWLINE_POLICY": "publish_all",
                "BELOWLINE_WORKERS": str(WORKERS),
                "TRUSTED_PROXIES": "127.0.0.1",  # so that each post can come from an address of its own
            }
        )
        self._numbers = itertools.count(1)

    def post(self, address: str | None = None) -> Answer:
        """One comment by a new author on a page of its own, from `address` or one never seen before."""
        number = next(self._numbers)
        sent = comment(
            f"Comment {number}.",
            page=f"https://news.example/{number}",
            email=f"reader{number}@reader.example.org",
        )
        source = address or f"198.{18 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"
        return self.service.client().post("/v1/comments", sent, {"X-Forwarded-For": source})

    def read(self) -> Answer:
        """An article's thread, as any reader gets it."""
        return self.service.client().get(PAGE)

    def publishes(self) -> bool:
        """Whether all processes count in Redis: a new comment is published at once, whoever takes it."""
        return all(_status(self.post()) == "approved" for _ in range(5 * WORKERS))

    def degraded(self) -> set[bool]:
        """What the processes that were asked say of themselves in /readyz."""
        return {
            self.service.client().get("/readyz").json()["limits"] == "degraded" for _ in range(5 * WORKERS)
        }


@pytest.fixture(scope="module")
def running() -> Iterator[Newsroom]:
    made = Newsroom()
    try:
        made.redis.start()
        made.service.start()
        yield made
    finally:
        made.service.remove()
        made.redis.remove()


@pytest.fixture
def newsroom(running: Newsroom) -> Iterator[Newsroom]:
    """With a Redis that answers; what a test did to it is put right afterwards, the service is not restarted."""
    workers = running.service.workers()
    wait_until(running.publishes, "comments are published", 30)
    yield running
    running.redis.thaw()
    running.redis.restart()
    assert running.service.workers() == workers


def _status(answer: Answer) -> str:
    assert answer.status == 201, answer.body
    status: str = answer.json()["comment"]["status"]
    return status


def _timed(call: Callable[[], object]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def test_without_redis_posting_goes_on_and_everything_is_held(newsroom: Newsroom) -> None:
    newsroom.redis.kill()
    assert {_status(newsroom.post()) for _ in range(POSTS)} == {"pending"}


def test_without_redis_reading_goes_on(newsroom: Newsroom) -> None:
    newsroom.redis.kill()
    reader = newsroom.service.client()
    for path in (PAGE, "/healthz", "/readyz", f"/v1/counts?site=demo&page={ARTICLE}"):
        assert reader.get(path).status == 200, path


def test_operators_see_that_limits_are_degraded_and_when_they_are_not(newsroom: Newsroom) -> None:
    assert newsroom.degraded() == {False}
    newsroom.redis.kill()
    wait_until(lambda: newsroom.post().status == 201 and newsroom.degraded() == {True}, "all say so")
    newsroom.redis.start()
    wait_until(lambda: newsroom.degraded() == {False}, "all have found Redis again")


def test_without_redis_each_process_still_limits_an_address(newsroom: Newsroom) -> None:
    newsroom.redis.kill()
    answers = [newsroom.post("203.0.113.9").status for _ in range(40)]
    assert set(answers) == {201, 429}
    assert answers.count(201) <= 5 * WORKERS


def test_a_frozen_redis_costs_a_quarter_second_once_and_readers_nothing(newsroom: Newsroom) -> None:
    def held() -> None:
        assert _status(newsroom.post()) == "pending"

    def slowest() -> float:
        """From the moment of the frost on, in seconds beyond the usual."""
        wait_until(newsroom.publishes, "comments are published", 30)
        newsroom.redis.freeze()
        assert {newsroom.read().status for _ in range(POSTS)} == {200}
        assert newsroom.degraded() == {False}, "reading asked Redis"
        longest = max(_timed(held) for _ in range(POSTS))
        # once each process has noticed, nobody waits for Redis any more
        assert statistics.median(_timed(held) for _ in range(POSTS)) < usual + TIMEOUT_SECONDS / 2
        newsroom.redis.thaw()
        return longest - usual

    usual = statistics.median(_timed(newsroom.post) for _ in range(POSTS))
    one_within(FIRST_SECONDS, (slowest() for _ in range(3)), "a post while Redis is frozen")


def test_redis_brought_back_is_used_again_without_a_restart(newsroom: Newsroom) -> None:
    newsroom.redis.kill()
    assert _status(newsroom.post()) == "pending"
    newsroom.redis.start()
    wait_until(newsroom.publishes, "all processes use it", 30)
    # limits count across all of them again: the sixth is refused, whichever takes it
    assert [newsroom.post("203.0.113.77").status for _ in range(6)] == [201] * 5 + [429]


def test_a_thawed_redis_is_used_again_without_a_restart(newsroom: Newsroom) -> None:
    newsroom.redis.freeze()
    assert _status(newsroom.post()) == "pending"
    newsroom.redis.thaw()
    wait_until(newsroom.publishes, "all processes use it", 30)
