"""Votes and reports: one of each per reader."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from service.settings import Policy
from tests.api.newsroom import Newsroom


@pytest.fixture
def newsroom(open_site: Callable[..., Newsroom]) -> Newsroom:
    return open_site(policy=Policy.PUBLISH_ALL)


def vote(newsroom: Newsroom, comment: str, value: object, address: str = "198.51.100.1") -> TestResponse:
    return newsroom.client.put(
        f"/v1/comments/{comment}/vote", json={"value": value}, environ_overrides={"REMOTE_ADDR": address}
    )


def report(newsroom: Newsroom, comment: str, address: str = "198.51.100.1", **fields: object) -> TestResponse:
    return newsroom.client.post(
        f"/v1/comments/{comment}/reports", json=fields, environ_overrides={"REMOTE_ADDR": address}
    )


def test_the_last_vote_of_a_reader_counts(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    for value, up, down in ((1, 1, 0), (1, 1, 0), (-1, 0, 1), (0, 0, 0), (1, 1, 0)):
        answer = vote(newsroom, comment, value)
        assert answer.get_json() == {"votes": {"up": up, "down": down}, "value": value}
    assert vote(newsroom, comment, 1, "198.51.100.2").get_json()["votes"] == {"up": 2, "down": 0}
    assert newsroom.read()["comments"][0]["votes"] == {"up": 2, "down": 0}


def test_one_ipv6_customer_has_one_vote(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    vote(newsroom, comment, 1, "2001:db8:1:2::1")
    assert vote(newsroom, comment, 1, "2001:db8:1:2:ffff::9").get_json()["votes"]["up"] == 1


def test_votes_order_the_thread(newsroom: Newsroom) -> None:
    ids = [newsroom.pending() for _ in range(3)]
    vote(newsroom, ids[1], 1)
    vote(newsroom, ids[0], -1)
    assert [comment["id"] for comment in newsroom.read(sort="top")["comments"]] == [ids[1], ids[2], ids[0]]


def test_votes_at_once_add_up(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: vote(newsroom, comment, 1, f"198.51.100.{n % 10}"), range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert newsroom.read()["comments"][0]["votes"] == {"up": 10, "down": 0}


@pytest.mark.parametrize("value", [2, -2, 1.0, "1", None, True])
def test_votes_that_are_none(newsroom: Newsroom, value: object) -> None:
    assert vote(newsroom, newsroom.pending(), value).status_code == 422


def test_only_public_comments(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site()
    comment = newsroom.pending()
    for missing in (comment, "0" * 32):
        assert vote(newsroom, missing, 1).status_code == 404
        assert report(newsroom, missing, reason="spam").status_code == 404


def test_reports_reach_the_moderators_once_per_reader(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    for address in ("198.51.100.1", "198.51.100.1", "198.51.100.2"):
        answer = report(newsroom, comment, address, reason="abuse", note="See the second line.")
        assert (answer.status_code, answer.get_json()) == (201, {"reported": True})
    shown = newsroom.moderation(f"comments/{comment}").get_json()
    assert shown["reports"] == 2
    assert [event["kind"] for event in shown["events"]] == ["submitted", "published", "reported", "reported"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"reason": "boring"},
        {"reason": "spam", "note": "x" * 1001},
        {"reason": 1},
        {"reason": "spam", "x": 1},
    ],
)
def test_reports_that_are_none(newsroom: Newsroom, fields: dict[str, object]) -> None:
    assert report(newsroom, newsroom.pending(), **fields).status_code == 422
