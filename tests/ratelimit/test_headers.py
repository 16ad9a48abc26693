"""Clients are told where they stand, and nothing about others."""

from datetime import UTC, datetime

from service.ratelimit.headers import rate_limit_headers
from service.ratelimit.hits import HitCounter, HourOfLimit
from service.ratelimit.limiter import Limiter, Outcome
from service.ratelimit.memory import MemoryCounters
from service.ratelimit.policies import Action, Scope

KEYS = {Scope.ADDRESS: "addr1", Scope.AUTHOR: "auth1", Scope.PAGE: "page1", Scope.SITE: "demo"}


def stopped() -> MemoryCounters:
    return MemoryCounters(lambda: 1_000_000)


def test_an_allowed_request_learns_its_quota_and_what_is_left() -> None:
    assert rate_limit_headers(Limiter(own=stopped()).hit(Action.SUBMIT, KEYS)) == {
        "RateLimit-Policy": '"submit-address";q=5;w=60, "submit-address-hour";q=30;w=3600',
        "RateLimit": '"submit-address";r=4;t=12, "submit-address-hour";r=29;t=120',
    }


def test_a_refused_request_learns_when_to_come_back() -> None:
    limiter = Limiter(own=stopped())
    for _ in range(5):
        limiter.hit(Action.SUBMIT, KEYS)
    headers = rate_limit_headers(limiter.hit(Action.SUBMIT, KEYS))
    assert headers["Retry-After"] == "12"
    assert headers["RateLimit"].startswith('"submit-address";r=0;t=60')


def test_a_shared_limit_is_named_only_when_it_refuses() -> None:
    limiter = Limiter(own=stopped())
    allowed = [limiter.hit(Action.SUBMIT, {**KEYS, Scope.ADDRESS: f"a{n}"}) for n in range(5)]
    assert not any("author" in rate_limit_headers(outcome)["RateLimit"] for outcome in allowed)
    refused = rate_limit_headers(limiter.hit(Action.SUBMIT, {**KEYS, Scope.ADDRESS: "a9"}))
    assert '"submit-author";r=0;t=60' in refused["RateLimit"]
    assert "submit-page" not in refused["RateLimit"]


def test_without_limits_there_are_no_headers() -> None:
    assert rate_limit_headers(Outcome()) == {}


def test_refusals_are_counted_by_hour_until_they_are_drained() -> None:
    counter = HitCounter()
    for minute in (0, 59):
        counter.add("site-1", "submit-address", datetime(2026, 3, 7, 10, minute, tzinfo=UTC))
    counter.add("site-1", "submit-address", datetime(2026, 3, 7, 11, 0, tzinfo=UTC))
    at_ten = HourOfLimit("site-1", "submit-address", datetime(2026, 3, 7, 10, tzinfo=UTC))
    drained = counter.drain()
    assert (drained[at_ten], len(drained)) == (2, 2)
    assert counter.drain() == {}
    counter.give_back(drained)
    assert counter.drain() == drained
