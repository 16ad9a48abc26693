"""The form of a page without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from service.settings import Policy
from tests.api.newsroom import ORIGIN, PAGE, Newsroom


def send(
    newsroom: Newsroom, lang: str = "", headers: dict[str, str] | None = None, **fields: Any
) -> TestResponse:
    form = newsroom.comment(website="", **fields)
    return newsroom.client.post(
        f"/v1/comments{lang and f'?lang={lang}'}", data=form, headers={"Origin": ORIGIN} | (headers or {})
    )


def test_it_comes_back_to_the_article(newsroom: Newsroom) -> None:
    answer = send(newsroom, page=f"{PAGE}?id=3&utm_source=x")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{PAGE}?id=3#belowline-sent"
    assert newsroom.moderation("comments").get_json()["total"] == 1


def test_it_comes_back_elsewhere_on_the_page_when_the_comment_is_public_at_once(
    open_site: Callable[..., Newsroom],
) -> None:
    answer = send(open_site(policy=Policy.PUBLISH_ALL), page=PAGE)
    assert answer.headers["Location"] == f"{PAGE}#belowline-published"


@pytest.mark.parametrize(
    "page", ["https://evil.example/x", "stable-key", "https://news.example.evil.example/"]
)
def test_it_never_goes_where_a_stranger_says(newsroom: Newsroom, page: str) -> None:
    location = urlsplit(send(newsroom, page=page, lang="tr").headers["Location"])
    assert (location.scheme, location.netloc, location.path) == ("", "", "/thread")
    assert location.fragment == "belowline-sent"
    assert parse_qs(location.query) == {"site": [newsroom.site], "page": [page], "lang": ["tr"]}


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(newsroom: Newsroom) -> None:
    answer = send(newsroom, lang="tr", email="yanlış", name="", body="Uzun bir <metin> & daha")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert answer.content_type.startswith("text/html")
    assert 'lang="tr"' in html
    assert "Uzun bir &lt;metin&gt; &amp; daha" in html
    assert re.search(r'name="email"[^>]*aria-invalid="true"', html)
    assert re.search(r'name="name"[^>]*aria-invalid="true"', html)
    assert "yanlış" not in html


def test_a_checked_box_and_an_empty_parent_are_understood(newsroom: Newsroom) -> None:
    assert send(newsroom, notify="on", parent="").status_code == 303


def test_a_reply(newsroom: Newsroom) -> None:
    parent = newsroom.approved()
    assert send(newsroom, parent=parent).status_code == 303
    assert newsroom.moderation("comments").get_json()["comments"][0]["parent"] == parent


def test_other_refusals_are_pages_too(newsroom: Newsroom) -> None:
    answer = send(newsroom, headers={"Idempotency-Key": "not a key"})
    assert answer.status_code == 400
    assert answer.content_type.startswith("text/html")
    assert "belowline-alert" in answer.get_data(as_text=True)


@pytest.mark.parametrize("body", [b"site=%FF", b"site=a&site=b", b"a=%zz&" * 60, b"\xff=1"])
def test_forms_that_cannot_be_read(newsroom: Newsroom, body: bytes) -> None:
    answer = newsroom.client.post("/v1/comments", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 422)
    assert answer.content_type == "application/problem+json"


def test_a_foreign_page_cannot_post(newsroom: Newsroom) -> None:
    for origin in ("https://evil.example", "null"):
        assert send(newsroom, headers={"Origin": origin}).status_code == 403
