"""Redis is never the truth: gone, frozen and back again, with the service running on."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterator

import pytest

from tests.backing.client import Answer
from tests.backing.redis import RedisServer
from tests.backing.service import RunningService, comment
from tests.backing.waiting import wait_until

pytestmark = pytest.mark.faults

POSTS = 30
PAGE = "/v1/comments?site=demo&page=https://news.example/article"


class Newsroom:
    """A running service that publishes everything as long as it can count, and the Redis it counts in."""

    def __init__(self) -> None:
        self.redis = RedisServer(tcp=True).start()
        self.service = RunningService(
            {
                "REDIS_URL": self.redis.url,
                "BELOWLINE_POLICY": "publish_all",
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
        source = address or f"198.51.{number // 250}.{number % 250 + 1}"
        return self.service.client().post("/v1/comments", sent, {"X-Forwarded-For": source})

    def timed_post(self) -> tuple[float, Answer]:
        """The seconds that a post took, and its answer."""
        began = time.monotonic()
        answer = self.post()
        return time.monotonic() - began, answer

    def publishes(self) -> bool:
        """Whether a new comment is published at once again."""
        return _status(self.post()) == "approved"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    made = Newsroom()
    try:
        made.service.start()
        yield made
    finally:
        made.service.remove()
        made.redis.thaw()
        made.redis.remove()


def _status(answer: Answer) -> str:
    assert answer.status == 201, answer.body
    status: str = answer.json()["comment"]["status"]
    return status


def test_without_redis_posting_goes_on_and_everything_is_held(newsroom: Newsroom) -> None:
    assert _status(newsroom.post()) == "approved"
    newsroom.redis.kill()
    assert {_status(newsroom.post()) for _ in range(POSTS)} == {"pending"}


def test_without_redis_reading_goes_on(newsroom: Newsroom) -> None:
    newsroom.redis.kill()
    reader = newsroom.service.client()
    for path in (PAGE, "/healthz", "/readyz", "/v1/counts?site=demo&page=https://news.example/article"):
        assert reader.get(path).status == 200, path


def test_without_redis_each_process_still_limits_an_address(newsroom: Newsroom) -> None:
    newsroom.redis.kill()
    answers = [newsroom.post("203.0.113.9").status for _ in range(40)]
    assert set(answers) == {201, 429}
    assert answers.count(201) <= 5 * len(newsroom.service.workers())


def test_a_frozen_redis_costs_the_first_calls_a_quarter_second_and_later_ones_nothing(
    newsroom: Newsroom,
) -> None:
    usual = statistics.median(newsroom.timed_post()[0] for _ in range(15))
    newsroom.redis.freeze()
    timed = [newsroom.timed_post() for _ in range(POSTS)]
    assert {_status(answer) for _, answer in timed} == {"pending"}
    assert max(seconds for seconds, _ in timed) <= usual + 0.25
    later = [seconds for seconds, _ in timed[POSTS // 2 :]]
    assert statistics.median(later) <= usual + 0.005


def test_redis_brought_back_is_used_again_without_a_restart(newsroom: Newsroom) -> None:
    workers = newsroom.service.workers()
    newsroom.redis.kill()
    assert _status(newsroom.post()) == "pending"
    newsroom.redis.start()
    wait_until(newsroom.publishes, "comments are published again", 30)
    # every worker finds back on its own: limits count across all of them when the sixth is refused
    wait_until(lambda: all(newsroom.publishes() for _ in range(10)), "all workers use it", 30)
    assert [newsroom.post("203.0.113.77").status for _ in range(6)] == [201] * 5 + [429]
    assert newsroom.service.workers() == workers


def test_a_thawed_redis_is_used_again_without_a_restart(newsroom: Newsroom) -> None:
    newsroom.redis.freeze()
    assert _status(newsroom.post()) == "pending"
    newsroom.redis.thaw()
    wait_until(newsroom.publishes, "comments are published again", 30)
