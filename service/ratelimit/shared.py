"""Counts in Redis, in one round trip for all limits of an action."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha1
from pathlib import Path
from typing import Final, cast

from redis.exceptions import NoScriptError

from service.ratelimit.gcra import Reading
from service.ratelimit.policies import Effect, Limit
from service.ratelimit.servers import Client, Servers

_SCRIPT: Final = (Path(__file__).parent / "gcra.lua").read_text("utf-8")
_SCRIPT_SHA: Final = sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()


def redis_clock() -> int:
    """Lets the script read Redis's own clock, which all workers share."""
    return 0


class RedisCounters:
    """The counters that all workers share. Raises OnTheMove or, when Redis does not answer, one of Unreachable."""

    def __init__(self, servers: Servers, clock: Callable[[], int] = redis_clock) -> None:
        self._servers = servers
        self._clock = clock

    def take(self, limits: Sequence[Limit], keys: Sequence[str]) -> Reading:
        """One use of each limit or of none, at once; the keys are of one slot of a cluster."""
        arguments: list[str | int] = [*keys, self._clock()]
        for limit in limits:
            arguments += (limit.interval_us, limit.tolerance_us, int(limit.effect is Effect.REFUSE))
        answer = self._servers.ask(keys[0], lambda client: _run(client, len(keys), arguments))
        return Reading(answer[0], tuple(answer[1::2]), tuple(answer[2::2]))

    def answers(self) -> bool:
        """Whether Redis is there."""
        return self._servers.answers()

    def disconnect(self) -> None:
        """Closes the connections that nobody is using."""
        self._servers.disconnect()


def _run(client: Client, keys: int, arguments: list[str | int]) -> list[int]:
    try:
        return cast("list[int]", client.evalsha(_SCRIPT_SHA, keys, *arguments))
    except NoScriptError:  # a Redis that was started again has forgotten it
        return cast("list[int]", client.eval(_SCRIPT, keys, *arguments))
