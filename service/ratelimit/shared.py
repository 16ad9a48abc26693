"""Counts in Redis, in one round trip for all limits of an action."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha1
from pathlib import Path
from typing import Final, cast

import redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

from service.ratelimit.gcra import Reading
from service.ratelimit.policies import Effect, Limit

#: Redis answers in a fraction of a millisecond; when it needs longer than this, it is not there.
TIMEOUT_SECONDS: Final = 0.15

_SCRIPT: Final = (Path(__file__).parent / "gcra.lua").read_text("utf-8")
_SCRIPT_SHA: Final = sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()

Unreachable = (redis.RedisError, OSError)


def connect(url: str, connections_max: int) -> redis.Redis:
    """A client that gives up at once: redis-py's own settings retry for four to six seconds."""
    pool = redis.ConnectionPool.from_url(
        url,
        max_connections=connections_max,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
    return redis.Redis(connection_pool=pool)


def redis_clock() -> int:
    """Lets the script read Redis's own clock, which all workers share."""
    return 0


class RedisCounters:
    """The counters that all workers share. Raises one of Unreachable when Redis does not answer."""

    def __init__(self, client: redis.Redis, clock: Callable[[], int] = redis_clock) -> None:
        self._client = client
        self._clock = clock

    def take(self, limits: Sequence[Limit], keys: Sequence[str]) -> Reading:
        """One use of each limit or of none, at once."""
        arguments: list[str | int] = [*keys, self._clock()]
        for limit in limits:
            arguments += (limit.interval_us, limit.tolerance_us, int(limit.effect is Effect.REFUSE))
        answer = self._run(len(keys), arguments)
        return Reading(answer[0], tuple(answer[1::2]), tuple(answer[2::2]))

    def answers(self) -> bool:
        """Whether Redis is there."""
        try:
            return bool(self._client.ping())
        except Unreachable:
            return False

    def disconnect(self) -> None:
        """Closes the connections that nobody is using."""
        self._client.connection_pool.disconnect(inuse_connections=False)

    def _run(self, keys: int, arguments: list[str | int]) -> list[int]:
        try:
            return cast("list[int]", self._client.evalsha(_SCRIPT_SHA, keys, *arguments))
        except NoScriptError:  # a Redis that was started again has forgotten it
            return cast("list[int]", self._client.eval(_SCRIPT, keys, *arguments))
