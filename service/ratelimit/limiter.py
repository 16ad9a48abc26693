"""Decides whether somebody may do something now: all limits of the action at once, in Redis or without it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from service import redis_address
from service.breaker import Breaker
from service.ratelimit.gcra import Reading
from service.ratelimit.memory import MemoryCounters
from service.ratelimit.policies import LIMITS, Action, Effect, Limit, Scope
from service.ratelimit.servers import OnTheMove, Unreachable, connect
from service.ratelimit.shared import RedisCounters
from service.settings import Settings

# Addresses, emails and URLs all hold a character that is missing here: nothing readable can become a key.
_FINGERPRINT = re.compile(r"[A-Za-z0-9_=-]{1,128}")
_NO_SITE: Final = "-"


@dataclass(frozen=True)
class LimitState:
    """Where one limit stands after the action: uses left, and seconds until all are back."""

    limit: Limit
    remaining: int
    reset_seconds: int


@dataclass(frozen=True)
class Outcome:
    """Whether the action may go on, and why not.

    `exceeded` is the limit that refused it, `held_by` the one that lets it go on only under review.
    `degraded` means that only this process was asked, because Redis does not answer.
    """

    allowed: bool = True
    retry_after_seconds: int = 0
    exceeded: Limit | None = None
    held_by: Limit | None = None
    states: tuple[LimitState, ...] = ()
    degraded: bool = False

    @property
    def hold(self) -> bool:
        """Whether what comes of the action waits for a moderator, whatever the site's policy."""
        return self.degraded or self.held_by is not None


class Limiter:
    """Counts in `shared` (Redis) while that answers, else in this process. Empty `limits` allow all."""

    def __init__(
        self,
        limits: Collection[Limit] = LIMITS,
        shared: RedisCounters | None = None,
        own: MemoryCounters | None = None,
    ) -> None:
        self._limits = {action: [limit for limit in limits if limit.action is action] for action in Action}
        self._shared = shared
        self._own = MemoryCounters() if own is None else own
        self._breaker = Breaker(shared.answers) if shared else None

    @property
    def degraded(self) -> bool:
        """Whether Redis was asked for and does not answer."""
        return self._breaker is not None and not self._breaker.closed

    def hit(self, action: Action, keys: Mapping[Scope, str]) -> Outcome:
        """Counts one action under every limit whose scope is in `keys`; when one refuses, none is used up.

        The values are fingerprints, never addresses or emails (ValueError). The site's also keeps all keys of
        one action in one slot of a Redis Cluster.
        """
        limits = [limit for limit in self._limits[action] if limit.scope in keys]
        if not limits:
            return Outcome()
        names = [_key(limit, keys) for limit in limits]
        if self._shared and self._breaker and self._breaker.closed:
            try:
                return _outcome(limits, self._shared.take(limits, names), degraded=False)
            except OnTheMove:
                pass  # it concerns this site alone, and for a moment
            except Unreachable:
                self._breaker.open()
        return _outcome(limits, self._own.take(limits, names), degraded=self._shared is not None)

    def close(self) -> None:
        """Gives up the connections and stops watching for Redis."""
        if self._breaker and self._shared:
            self._breaker.end()
            self._shared.disconnect()


def build(settings: Settings) -> Limiter:
    """The limiter that the settings ask for; without REDIS_URL each process counts for itself."""
    if not settings.limits_on:
        return Limiter(limits=())
    if settings.redis_url is None:
        return Limiter()
    # As many connections as threads that may ask, and one for the watch.
    return Limiter(
        shared=RedisCounters(connect(redis_address.parse(settings.redis_url), settings.threads + 1))
    )


def _key(limit: Limit, keys: Mapping[Scope, str]) -> str:
    site, fingerprint = keys.get(Scope.SITE, _NO_SITE), keys[limit.scope]
    if not (_FINGERPRINT.fullmatch(site) and _FINGERPRINT.fullmatch(fingerprint)):
        raise ValueError(f"the key of {limit.name} is not a fingerprint")
    return f"limit:{{{site}}}:{limit.name}:{fingerprint}"


def _outcome(limits: list[Limit], reading: Reading, *, degraded: bool) -> Outcome:
    exceeded = [(wait_us, limit) for limit, wait_us in zip(limits, reading.wait_us, strict=True) if wait_us]
    refused = [found for found in exceeded if found[1].effect is not Effect.HOLD]
    held = [limit for _, limit in exceeded if limit.effect is Effect.HOLD]
    longest_us, by = max(refused, key=lambda found: found[0], default=(0, None))
    return Outcome(
        allowed=by is None,
        retry_after_seconds=_seconds(longest_us),
        exceeded=by,
        held_by=held[0] if held else None,
        states=tuple(
            LimitState(
                limit,
                (limit.tolerance_us - (full_at_us - reading.now_us)) // limit.interval_us,
                _seconds(full_at_us - reading.now_us),
            )
            for limit, full_at_us in zip(limits, reading.full_at_us, strict=True)
        ),
        degraded=degraded,
    )


def _seconds(microseconds: int) -> int:
    return -(-microseconds // 1_000_000)
