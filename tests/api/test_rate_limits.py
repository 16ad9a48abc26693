"""Rate limits as readers meet them, counted in a real Redis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.ratelimit.hits import HourOfLimit
from tests.api.newsroom import Newsroom, open_newsroom
from tests.backing.redis import RedisServer

HERE = "203.0.113.9"


@pytest.fixture
def limited(make_app: Callable[..., Flask], redis_server: RedisServer) -> Newsroom:
    return open_newsroom(make_app(limits_on=True, redis_url=redis_server.url))


def post(newsroom: Newsroom, times: int, **fields: Any) -> list[int]:
    return [newsroom.submit(**fields).status_code for _ in range(times)]


def test_five_a_minute_from_one_address(limited: Newsroom) -> None:
    assert post(limited, 6, address=HERE) == [201] * 5 + [429]
    refused = limited.submit(address=HERE)
    problem = refused.get_json()
    assert problem["type"] == "/problems/rate-limited"
    assert 1 <= problem["retry_after_seconds"] <= 12
    assert refused.headers["Retry-After"] == str(problem["retry_after_seconds"])
    assert '"submit-address";r=0' in refused.headers["RateLimit"]
    assert '"submit-address";q=5;w=60' in refused.headers["RateLimit-Policy"]
    assert limited.submit(address="203.0.113.10").status_code == 201


def test_five_a_minute_for_one_email(limited: Newsroom) -> None:
    assert post(limited, 6, email="same@mail.example.org") == [201] * 5 + [429]
    assert limited.submit(email="SAME@mail.example.org").status_code == 429
    assert limited.submit().status_code == 201


def test_one_ipv6_customer_is_one_sender(limited: Newsroom) -> None:
    answers = [limited.submit(address=f"2001:db8:7:1::{n:x}").status_code for n in range(6)]
    assert answers == [201] * 5 + [429]


def test_forwarding_headers_of_strangers_count_for_nothing(limited: Newsroom) -> None:
    answers = [
        limited.submit(address=HERE, headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
        for n in range(6)
    ]
    assert answers == [201] * 5 + [429]


def test_forwarding_headers_of_the_proxy_count(
    make_app: Callable[..., Flask], redis_server: RedisServer
) -> None:
    app = make_app(limits_on=True, redis_url=redis_server.url, trusted_proxies="10.0.0.0/8")
    newsroom = open_newsroom(app)

    def through(n: int) -> int:
        forwarded = {"X-Forwarded-For": f"1.2.3.4, 198.51.100.{n}"}
        return newsroom.submit(address="10.0.0.1", headers=forwarded).status_code

    assert [through(1) for _ in range(6)] == [201] * 5 + [429]
    assert through(2) == 201


def test_mistakes_do_not_use_up_the_right_to_post(limited: Newsroom) -> None:
    assert post(limited, 10, address=HERE, email="wrong") == [422] * 10
    assert limited.submit(address=HERE).status_code == 201


def test_guessing_ends(limited: Newsroom) -> None:
    answers = post(limited, 31, address=HERE, email="wrong")
    assert answers == [422] * 30 + [429]


def test_votes_reports_and_edits_have_their_rows(limited: Newsroom) -> None:
    comment = limited.approved()
    here = {"REMOTE_ADDR": HERE}
    calls: list[tuple[Callable[[], TestResponse], int]] = [
        (
            lambda: limited.client.put(
                f"/v1/comments/{comment}/vote", json={"value": 1}, environ_overrides=here
            ),
            30,
        ),
        (
            lambda: limited.client.post(
                f"/v1/comments/{comment}/reports", json={"reason": "spam"}, environ_overrides=here
            ),
            10,
        ),
    ]
    for call, allowed in calls:
        statuses = [call().status_code for _ in range(allowed + 1)]
        assert 429 not in statuses[:-1]
        assert statuses[-1] == 429


def test_refusals_are_counted_for_the_statistics(limited: Newsroom) -> None:
    post(limited, 7, address=HERE)
    drained = limited.app.extensions["belowline"].hits.drain()
    mine = {hit.limit: n for hit, n in drained.items() if hit.site == limited.site}
    assert mine == {"submit-address": 2}
    assert all(isinstance(hit, HourOfLimit) for hit in drained)
