"""What authors hear of their comments, and what a text would look like as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.newsroom import Newsroom, open_newsroom


def sent(newsroom: Newsroom) -> tuple[str, dict[str, str]]:
    """The id of a new comment, and the header that proves its author."""
    answer = newsroom.submit(body="What will become of *this*?").get_json()
    return answer["comment"]["id"], {"Authorization": f"Author {answer['author_token']}"}


def asked(newsroom: Newsroom, comment: str, headers: dict[str, str]) -> TestResponse:
    return newsroom.client.get(f"/v1/comments/{comment}/status", headers=headers)


def test_an_author_hears_that_a_comment_waits_and_that_it_is_public(newsroom: Newsroom) -> None:
    comment, author = sent(newsroom)
    waiting = asked(newsroom, comment, author)
    assert waiting.get_json() == {"status": "pending", "reason": "", "comment": None}
    assert waiting.headers["Cache-Control"] == "no-store"
    newsroom.decide(comment, "approve")
    found = asked(newsroom, comment, author).get_json()
    assert found["status"] == "approved"
    assert found["comment"]["body_html"] == "<p>What will become of <em>this</em>?</p>\n"


def test_an_author_hears_that_a_comment_was_rejected_and_why(newsroom: Newsroom) -> None:
    comment, author = sent(newsroom)
    newsroom.decide(comment, "reject", reason="off_topic")
    assert asked(newsroom, comment, author).get_json() == {
        "status": "rejected",
        "reason": "off_topic",
        "comment": None,
    }


def test_a_spammer_hears_nothing(newsroom: Newsroom) -> None:
    comment, author = sent(newsroom)
    newsroom.decide(comment, "spam", reason="spam")
    assert asked(newsroom, comment, author).get_json() == {"status": "pending", "reason": "", "comment": None}


def test_nobody_else_hears_anything(newsroom: Newsroom) -> None:
    comment, _ = sent(newsroom)
    _, other = sent(newsroom)
    assert asked(newsroom, comment, {}).status_code == 401
    assert asked(newsroom, comment, other).status_code == 401


@pytest.mark.parametrize(
    "source",
    ["plain", "*soft* and **loud**", "> quoted\n\n`code`", "<script>alert(1)</script>", "[a](javascript:x)"],
)
def test_a_preview_is_what_the_comment_will_be(newsroom: Newsroom, source: str) -> None:
    shown = newsroom.client.post("/v1/preview", json={"site": newsroom.site, "body": source})
    assert shown.status_code == 200
    assert shown.get_json()["body_html"] == newsroom.submit(body=source).get_json()["comment"]["body_html"]


@pytest.mark.parametrize("body", ["", "x" * 5001, None, 7])
def test_a_preview_of_what_cannot_be_a_comment_is_refused(newsroom: Newsroom, body: object) -> None:
    answer = newsroom.client.post("/v1/preview", json={"site": newsroom.site, "body": body})
    assert answer.status_code == 422


def test_previews_have_a_limit(make_app: Callable[..., Flask]) -> None:
    newsroom = open_newsroom(make_app(limits_on=True))
    answers = [
        newsroom.client.post("/v1/preview", json={"site": newsroom.site, "body": "again"}).status_code
        for _ in range(31)
    ]
    assert answers[:30] == [200] * 30
    assert answers[30] == 429
