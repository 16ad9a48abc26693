"""Tells a client where it stands: RateLimit-Policy and RateLimit (IETF draft-11), and Retry-After."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from service.ratelimit.limiter import LimitState, Outcome
from service.ratelimit.policies import Scope

# What others did on a page, or under the same email, is not this client's to know.
_OWN: Final = frozenset({Scope.ADDRESS, Scope.ACCOUNT})


def rate_limit_headers(outcome: Outcome) -> dict[str, str]:
    """The headers by name; of limits shared with others only the one that refused is named.

    The values are structured-field lists (RFC 9651) of draft-ietf-httpapi-ratelimit-headers-11: quota `q` in
    a window of `w` seconds; `r` left, all back in `t` seconds.
    """
    shown = [
        state for state in outcome.states if state.limit.scope in _OWN or state.limit == outcome.exceeded
    ]
    headers: dict[str, str] = {}
    if shown:
        headers["RateLimit-Policy"] = _list(map(_policy, shown))
        headers["RateLimit"] = _list(map(_standing, shown))
    if not outcome.allowed:
        headers["Retry-After"] = str(outcome.retry_after_seconds)
    return headers


def _list(members: Iterable[str]) -> str:
    return ", ".join(members)


def _policy(state: LimitState) -> str:
    return f'"{state.limit.name}";q={state.limit.count};w={state.limit.period_seconds}'


def _standing(state: LimitState) -> str:
    return f'"{state.limit.name}";r={state.remaining};t={state.reset_seconds}'
