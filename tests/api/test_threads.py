"""Reading: trees, orders, cursors, counts, permalinks, feeds; validators and encodings."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import brotli
import pytest
from flask import Flask

from service.settings import Policy
from service.threads.listing import REPLIES_PER_ROOT
from tests.api.newsroom import ORIGIN, PAGE, Newsroom, open_newsroom

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def newsroom(open_site: Callable[..., Newsroom]) -> Newsroom:
    return open_site(policy=Policy.PUBLISH_ALL)


def ids(comments: list[dict[str, Any]]) -> list[str]:
    return [comment["id"] for comment in comments]


def walk(newsroom: Newsroom, limit: int, **query: Any) -> list[str]:
    """The ids of all pages of a list, in order."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = newsroom.read(limit=limit, cursor=cursor, **query)
        assert len(page["comments"]) <= limit
        found += ids(page["comments"])
        cursor = page["next"]
    return found


def test_an_empty_thread(newsroom: Newsroom) -> None:
    page = {"key": PAGE, "count": 0, "open": True, "mail": False}
    assert newsroom.read() == {"page": page, "comments": [], "next": None}


def test_only_approved_comments_are_shown(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site()
    shown = newsroom.approved()
    for decision in ("reject", "spam", "delete"):
        newsroom.decide(newsroom.pending(), decision)
    newsroom.pending()
    assert ids(newsroom.read()["comments"]) == [shown]
    assert newsroom.read()["page"]["count"] == 1


@pytest.mark.parametrize(("sort", "backwards"), [("oldest", False), ("newest", True), ("top", True)])
def test_orders_and_cursors_meet_every_comment_once(newsroom: Newsroom, sort: str, backwards: bool) -> None:
    sent = [newsroom.pending() for _ in range(7)]
    wanted = sent[::-1] if backwards else sent
    assert walk(newsroom, 3, sort=sort) == wanted
    assert ids(newsroom.read(sort=sort)["comments"]) == wanted


def test_a_cursor_stands_while_comments_arrive(newsroom: Newsroom) -> None:
    sent = [newsroom.pending() for _ in range(4)]
    first = newsroom.read(limit=2, sort="newest")
    newsroom.pending()
    second = newsroom.read(limit=2, sort="newest", cursor=first["next"])
    assert ids(first["comments"]) + ids(second["comments"]) == sent[::-1]


def test_replies_are_nested_oldest_first(newsroom: Newsroom) -> None:
    root = newsroom.pending()
    first = newsroom.pending(parent=root)
    second = newsroom.pending(parent=root)
    below = newsroom.pending(parent=first)
    [shown] = newsroom.read()["comments"]
    assert ids(shown["replies"]) == [first, second]
    assert ids(shown["replies"][0]["replies"]) == [below]
    assert [shown["depth"], shown["replies"][0]["depth"], shown["replies"][0]["replies"][0]["depth"]] == [
        0,
        1,
        2,
    ]
    assert newsroom.read()["page"]["count"] == 4


def test_many_replies_go_on_with_a_cursor(newsroom: Newsroom) -> None:
    root = newsroom.pending()
    sent = [newsroom.pending(parent=root) for _ in range(REPLIES_PER_ROOT + 5)]
    [shown] = newsroom.read()["comments"]
    rest = newsroom.read(cursor=shown["more_replies"])
    assert ids(shown["replies"]) + ids(rest["comments"]) == sent
    assert rest["next"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"limit": "x"},
        {"sort": "best"},
        {"page": ""},
        {"site": ""},
        {"page": "https://[bad"},
    ],
)
def test_queries_that_are_refused(newsroom: Newsroom, query: dict[str, Any]) -> None:
    asked = {"site": newsroom.site, "page": PAGE} | query
    answer = newsroom.client.get("/v1/comments", query_string=asked)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == list(query)


@pytest.mark.parametrize("cursor", ["x", "%00", "bmV3ZXN0OjE", "ş", "a" * 300])
def test_cursors_that_are_not_ours(newsroom: Newsroom, cursor: str) -> None:
    assert newsroom.thread(cursor=cursor).status_code == 400


def test_a_cursor_of_another_order_is_refused(newsroom: Newsroom) -> None:
    for _ in range(3):
        newsroom.pending()
    cursor = newsroom.read(limit=1, sort="oldest")["next"]
    assert newsroom.thread(cursor=cursor, sort="newest").status_code == 400


def test_an_unknown_site(newsroom: Newsroom) -> None:
    answer = newsroom.client.get("/v1/comments", query_string={"site": "nowhere", "page": PAGE})
    assert answer.status_code == 404


def test_counts_of_many_pages(newsroom: Newsroom) -> None:
    newsroom.pending(page=f"{ORIGIN}/a")
    newsroom.pending(page=f"{ORIGIN}/a")
    newsroom.pending(page="stable-key")
    asked = [f"{ORIGIN}/a", f"{ORIGIN}/a/?utm_source=x", f"{ORIGIN}/b", "stable-key"]
    query = {"site": newsroom.site, "page": asked}
    answer = newsroom.client.get("/v1/counts", query_string=query)
    assert answer.get_json() == {"counts": {asked[0]: 2, asked[1]: 2, asked[2]: 0, asked[3]: 1}}
    newsroom.pending(page=f"{ORIGIN}/b")
    assert newsroom.client.get("/v1/counts", query_string=query).get_json()["counts"][asked[2]] == 1


@pytest.mark.parametrize(("pages", "status"), [(0, 422), (1, 200), (100, 200), (101, 422)])
def test_counts_of_up_to_a_hundred(newsroom: Newsroom, pages: int, status: int) -> None:
    query = {"site": newsroom.site, "page": [f"{ORIGIN}/{n}" for n in range(pages)]}
    assert newsroom.client.get("/v1/counts", query_string=query).status_code == status


def test_a_permalink(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    answer = newsroom.client.get(f"/v1/comments/{comment}")
    assert answer.get_json()["id"] == comment
    assert newsroom.client.get(f"/v1/comments/{'0' * 32}").status_code == 404
    assert newsroom.client.get("/v1/comments/not-an-id").status_code == 404


def test_validators(newsroom: Newsroom) -> None:
    newsroom.pending()
    first = newsroom.thread()
    again = newsroom.thread(headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    newsroom.pending()
    changed = newsroom.thread(headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]
    assert "must-revalidate" in changed.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("gzip;q=0, br;q=0", None),
        ("identity", None),
        ("", None),
        ("zstd", None),
    ],
)
@pytest.mark.parametrize("path", ["/v1/comments", "/thread", "/feed.atom"])
def test_encodings_hold_the_same_bytes(
    newsroom: Newsroom, path: str, accept: str, encoding: str | None
) -> None:
    for _ in range(3):
        newsroom.pending()
    query = {"site": newsroom.site, "page": PAGE}
    plain = newsroom.client.get(path, query_string=query).get_data()
    for _ in range(2):  # made, then served from memory
        answer = newsroom.client.get(path, query_string=query, headers={"Accept-Encoding": accept})
        assert answer.headers.get("Content-Encoding") == encoding
        assert "Accept-Encoding" in answer.headers["Vary"]
        body = answer.get_data()
        unpacked = {"br": brotli.decompress, "gzip": gzip.decompress}.get(encoding or "", bytes)(body)
        assert unpacked == plain
        assert int(answer.headers["Content-Length"]) == len(body)


def test_head_has_the_headers_of_get(newsroom: Newsroom) -> None:
    newsroom.pending()
    query = {"site": newsroom.site, "page": PAGE}
    got = newsroom.client.get("/v1/comments", query_string=query)
    head = newsroom.client.head("/v1/comments", query_string=query)
    assert (head.status_code, head.get_data()) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert head.headers["ETag"] == got.headers["ETag"]


def test_a_decision_shows_at_once(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site()
    assert newsroom.read()["page"]["count"] == 0
    comment = newsroom.approved()
    assert newsroom.read()["page"]["count"] == 1
    newsroom.decide(comment, "reject", version=2)
    assert newsroom.read()["page"]["count"] == 0


def test_prepared_bytes_keep_the_origin_rule(newsroom: Newsroom) -> None:
    newsroom.pending()
    assert newsroom.thread().status_code == 200
    assert newsroom.thread(headers={"Origin": ORIGIN}).headers["Access-Control-Allow-Origin"] == ORIGIN
    refused = newsroom.thread(headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_the_feed_is_text(newsroom: Newsroom) -> None:
    newsroom.pending(name="Ümit & Ali", body="**Loud** <b>x</b> & [link](https://a.example)", title="Talks")
    answer = newsroom.client.get("/feed.atom", query_string={"site": newsroom.site, "page": PAGE})
    assert answer.content_type.startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.get_data())  # noqa: S314 - our own answer
    [entry] = feed.findall(f"{ATOM}entry")
    content = entry.find(f"{ATOM}content")
    assert content is not None
    assert content.get("type") == "text"
    assert "Loud" in (content.text or "")
    assert "**" not in (content.text or "")
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ümit & Ali"


def test_the_document_reads_without_script(newsroom: Newsroom) -> None:
    comment = newsroom.pending(body="Readable *words*.")
    answer = newsroom.client.get("/thread", query_string={"site": newsroom.site, "page": PAGE, "lang": "ur"})
    html = answer.get_data(as_text=True)
    assert 'lang="ur" dir="rtl"' in html
    assert f"comment-{comment}" in html
    assert "<em>words</em>" in html
    assert "<script" not in html
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_json_is_compact_and_readable(newsroom: Newsroom) -> None:
    newsroom.pending(name="عائشہ")
    raw = newsroom.thread().get_data()
    assert "عائشہ".encode() in raw
    assert json.dumps(json.loads(raw), ensure_ascii=False, separators=(",", ":")).encode() == raw


def test_the_comment_of_a_permalink_comes_along_however_far_down_it_is(newsroom: Newsroom) -> None:
    root = newsroom.pending()
    replies = [newsroom.pending(parent=root) for _ in range(REPLIES_PER_ROOT + 5)]
    deep = newsroom.pending(parent=replies[-1])
    newest = newsroom.pending()
    shown = newsroom.read(limit=1, comment=deep)
    assert ids(shown["comments"]) == [newest]
    linked = shown["linked"]
    assert linked["id"] == root
    assert ids(linked["replies"]) == [*replies[:REPLIES_PER_ROOT], replies[-1]]
    assert ids(linked["replies"][-1]["replies"]) == [deep]
    rest = newsroom.read(cursor=linked["more_replies"])
    assert ids(rest["comments"])[:4] == replies[REPLIES_PER_ROOT:-1]


def test_a_permalink_to_what_is_listed_or_not_public_brings_nothing_more(
    open_site: Callable[..., Newsroom],
) -> None:
    newsroom = open_site()
    public, held = newsroom.approved(), newsroom.pending()
    elsewhere = newsroom.approved(page=f"{PAGE}/other")
    for comment in (public, held, elsewhere, "0" * 32, "not-an-id", "\0"):
        assert newsroom.read(comment=comment)["linked"] is None
    assert newsroom.read(page="https://news.example/silent", comment=public)["linked"] is None
    assert "linked" not in newsroom.read()


def test_the_document_shows_the_comment_of_a_permalink(newsroom: Newsroom) -> None:
    first = newsroom.pending(body="Far down")
    newsroom.pending(parent=first, body="Below it")
    newsroom.pending()
    asked = {"site": newsroom.site, "page": PAGE, "limit": 1, "comment": first}
    html = newsroom.client.get("/thread", query_string=asked).get_data(as_text=True)
    assert html.count(f'id="comment-{first}"') == 1
    assert "The comment that your link leads to" in html
    assert "Below it" in html


def test_a_fragment_is_the_thread_alone_with_the_services_own_address(
    make_app: Callable[..., Flask],
) -> None:
    newsroom = open_newsroom(make_app(public_url="https://comments.news.example/talk"))
    comment = newsroom.approved(body="Included")
    asked = {"site": newsroom.site, "page": PAGE, "fragment": 1}
    answer = newsroom.client.get("/thread", query_string=asked, headers={"Host": "evil.example"})
    html = answer.get_data(as_text=True)
    assert html.startswith('<section class="belowline"')
    assert "<html" not in html
    assert f'id="comment-{comment}"' in html
    assert 'action="https://comments.news.example/talk/v1/comments?lang=en#belowline-form"' in html
    assert "evil.example" not in html
    assert answer.headers["X-Robots-Tag"] == "noindex"
    document = newsroom.client.get("/thread", query_string=asked | {"fragment": 0}).get_data(as_text=True)
    assert 'href="/talk/assets/thread.css"' in document
    assert 'action="/talk/v1/comments' in document
