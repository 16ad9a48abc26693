"""GET /v1/moderation/comments: what is listed, in which order, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.domain.ids import new_id
from tests.api.moderated import (
    MEMBERS,
    fill,
    listed,
    refused,
    signal,
    write,
)
from tests.api.newsroom import ORIGIN, PAGE, Newsroom


def test_an_item_says_all_that_a_moderator_needs(newsroom: Newsroom) -> None:
    first = newsroom.approved(email="a@mail.example.org", name="Ayşe")
    reply = newsroom.pending(
        email="a@mail.example.org",
        name="Ayşe Yılmaz",
        website="https://ayse.example/",
        body="Bir **söz**.",
        parent=first,
        title="Görüşme",
    )
    signal(newsroom, reply, "links_many")
    shown = newsroom.moderation("comments").get_json()["comments"]
    assert [comment["id"] for comment in shown] == [reply]
    item = shown[0]
    assert set(item) == set(MEMBERS.split())
    assert item["site"] == newsroom.site
    assert (item["page"]["key"], item["page"]["url"]) == (PAGE, PAGE)
    assert (item["parent"], item["depth"]) == (first, 1)
    assert (item["name"], item["staff"]) == ("Ayşe Yılmaz", False)
    assert item["website"].startswith("https://ayse.example")
    assert item["body"] == "Bir **söz**."
    assert item["body_html"].strip() == "<p>Bir <strong>söz</strong>.</p>"
    assert (item["status"], item["version"], item["campaign"]) == ("pending", 1, None)
    assert (item["reports"], item["votes"], item["edited_at"]) == (0, {"up": 0, "down": 0}, None)
    assert 0 <= item["score"] <= 1
    assert item["created_at"].endswith("Z")
    assert {
        "check": "links_many",
        "version": 3,
        "score": 0.25,
        "reason": "Because.",
        "messages": [],
        "span": [2, 6],
    } in item["signals"]
    author = item["author"]
    assert set(author) == {"id", "name", "first_seen", "pending", "approved", "rejected", "spam"}
    assert (author["name"], author["approved"], author["pending"]) == ("Ayşe", 1, 1)
    assert len(item["avatar"]) == 16


def test_every_signal_of_the_pipeline_comes_with_a_reason(newsroom: Newsroom) -> None:
    spammy = newsroom.pending(
        body="BUY NOW https://a.example.com https://b.example.com https://c.example.com !!!"
    )
    item = newsroom.moderation("comments").get_json()["comments"][0]
    assert item["id"] == spammy
    assert item["signals"]
    assert all(signal["reason"] and signal["check"] for signal in item["signals"])
    assert {
        "links": [{"key": "signal.links.some", "values": {"count": 3}}],
        "author_history": [{"key": "signal.author_history.first", "values": {}}],
    }.items() <= {signal["check"]: signal["messages"] for signal in item["signals"]}.items()
    assert item["score"] >= max(signal["score"] for signal in item["signals"])


def test_pending_is_what_is_listed_unless_a_status_is_asked_for(newsroom: Newsroom) -> None:
    waiting = newsroom.pending()
    decided = {status: newsroom.pending() for status in ("approved", "rejected", "spam", "deleted")}
    words = {"approved": "approve", "rejected": "reject", "spam": "spam", "deleted": "delete"}
    for status, comment in decided.items():
        assert newsroom.decide(comment, words[status]).status_code == 200
    assert listed(newsroom) == [waiting]
    assert listed(newsroom, status="pending") == [waiting]
    for status, comment in decided.items():
        assert listed(newsroom, status=status) == [comment]


@pytest.mark.parametrize(
    "spelling",
    [
        PAGE,
        f"{PAGE}/",
        f"{PAGE}#comments",
        f"{PAGE}?utm_source=x",
        PAGE.replace("https", "HTTP").replace("news", "NEWS"),
    ],
)
def test_the_page_filter_takes_any_spelling(newsroom: Newsroom, spelling: str) -> None:
    here = newsroom.pending()
    newsroom.pending(page=f"{ORIGIN}/elsewhere")
    assert listed(newsroom, page=spelling) == [here]
    assert listed(newsroom, page=spelling, site=newsroom.site) == [here]


def test_pages_of_hosts_that_the_site_no_longer_lists_can_still_be_looked_through(
    open_site: Callable[..., Newsroom],
) -> None:
    strict = open_site(page_hosts=("news.example",))
    assert listed(strict, page="https://other.example/1", site=strict.site) == []


def test_the_author_filter(newsroom: Newsroom) -> None:
    mine = [newsroom.pending(email="one@mail.example.org") for _ in range(2)]
    newsroom.pending(email="two@mail.example.org")
    author = newsroom.moderation(f"comments/{mine[0]}").get_json()["author"]["id"]
    assert listed(newsroom, author=author) == mine
    assert listed(newsroom, author=new_id()) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ISTANBUL", True),
        ("ıstanbul", True),
        ("İstanbul’da", True),
        ("zeynep", True),
        ("100%", True),
        ("100_", False),
        ("1_0", False),
        ("%", True),
        ("a/b", True),
        ("كتاب", True),
        ("\\", False),
        ("Ankara", False),
        ("' OR 1=1 --", False),
    ],
)
def test_search_looks_at_name_and_body_whatever_their_letters(
    newsroom: Newsroom, query: str, found: bool
) -> None:
    comment = newsroom.pending(name="Zeynep", body="İSTANBUL’da 100% sure: a/b, کتاب.")
    newsroom.pending(name="Somebody", body="Nothing of the kind, 100 times.")
    assert listed(newsroom, q=query) == ([comment] if found else [])


def test_the_signal_filter_sees_what_the_queue_shows(newsroom: Newsroom) -> None:
    held, edited, plain = (newsroom.pending() for _ in range(3))
    signal(newsroom, held, "test_check")
    signal(newsroom, edited, "test_check", version=1)
    signal(newsroom, edited, "other_check", version=2)
    assert listed(newsroom, signal="test_check") == [held]
    assert listed(newsroom, signal="other_check") == [edited]
    assert plain not in listed(newsroom, signal="test_check")
    shown = newsroom.moderation(f"comments/{edited}").get_json()["signals"]
    assert [one["check"] for one in shown] == ["other_check"]


def test_the_campaign_filter(newsroom: Newsroom) -> None:
    campaign = new_id()
    one = newsroom.pending()
    newsroom.pending()
    write(newsroom, one, campaign=campaign)
    assert listed(newsroom, campaign=campaign) == [one]
    assert (
        newsroom.moderation("comments", campaign=campaign).get_json()["comments"][0]["campaign"] == campaign
    )


def test_a_range_of_time_is_closed_below_and_open_above(newsroom: Newsroom) -> None:
    ids = fill(newsroom, 3)
    times = [comment["created_at"] for comment in newsroom.moderation("comments").get_json()["comments"]]
    assert listed(newsroom, after=times[1]) == ids[1:]
    assert listed(newsroom, before=times[1]) == ids[:1]
    assert listed(newsroom, after=times[0], before=times[2]) == ids[:2]
    assert listed(newsroom, after="2999-01-01T00:00:00+05:30") == []


def test_filters_are_taken_together(newsroom: Newsroom) -> None:
    wanted = newsroom.pending(body="A word to find.", email="one@mail.example.org")
    newsroom.pending(body="A word to find.", email="two@mail.example.org")
    newsroom.pending(body="Something else.", email="one@mail.example.org")
    author = newsroom.moderation(f"comments/{wanted}").get_json()["author"]["id"]
    assert listed(newsroom, author=author, q="WORD", page=PAGE, status="pending", site=newsroom.site) == [
        wanted
    ]


def walk(newsroom: Newsroom, **query: Any) -> list[list[dict[str, Any]]]:
    """All parts of a list, one after the other."""
    parts: list[list[dict[str, Any]]] = []
    cursor = ""
    while True:
        asked = {**query, "cursor": cursor} if cursor else query
        parsed = newsroom.moderation("comments", **asked).get_json()
        parts.append(parsed["comments"])
        if parsed["next"] is None:
            return parts
        cursor = parsed["next"]


@pytest.mark.parametrize("order", ["oldest", "newest", "risk"])
def test_parts_follow_each_other_without_gap_or_repetition(newsroom: Newsroom, order: str) -> None:
    ids = fill(newsroom, 13)
    # Numbers that no short decimal fraction equals, some of them shared.
    scores = [1 / 3, 0.1 + 0.2, 1 / 3, 0.0, 1e-05, 1.0, 2 / 3, 1 / 3, 0.0, 0.7, 0.1 + 0.2, 0.3, 1 / 3]
    for comment, score in zip(ids, scores, strict=True):
        write(newsroom, comment, score=score)
    parts = walk(newsroom, order=order, limit=3)
    assert [len(part) for part in parts] == [3, 3, 3, 3, 1]
    seen = [comment["id"] for part in parts for comment in part]
    expected = {
        "oldest": ids,
        "newest": ids[::-1],
        "risk": [comment for _, comment in sorted(zip(scores, ids, strict=True), reverse=True)],
    }
    assert seen == expected[order]
    if order == "oldest":
        assert [comment["id"] for part in walk(newsroom, limit=5) for comment in part] == ids


def test_a_list_goes_on_where_it_was_when_comments_leave_and_come(newsroom: Newsroom) -> None:
    ids = fill(newsroom, 6)
    first = newsroom.moderation("comments", limit=3).get_json()
    assert first["total"] == 6
    for comment in ids[:3]:
        assert newsroom.decide(comment, "approve").status_code == 200
    late = newsroom.pending()
    second = newsroom.moderation("comments", limit=3, cursor=first["next"]).get_json()
    assert [comment["id"] for comment in second["comments"]] == ids[3:]
    assert second["total"] == 4
    third = newsroom.moderation("comments", limit=3, cursor=second["next"]).get_json()
    assert [comment["id"] for comment in third["comments"]] == [late]
    assert third["next"] is None


def test_the_total_counts_what_the_filter_matches_not_what_is_shown(newsroom: Newsroom) -> None:
    fill(newsroom, 7)
    newsroom.pending(body="One to find.")
    parsed = newsroom.moderation("comments", limit=2).get_json()
    assert (len(parsed["comments"]), parsed["total"]) == (2, 8)
    assert newsroom.moderation("comments", limit=2, q="one to find").get_json()["total"] == 1


def test_fifty_are_listed_unless_said(newsroom: Newsroom) -> None:
    fill(newsroom, 52)
    assert len(newsroom.moderation("comments").get_json()["comments"]) == 50
    assert len(newsroom.moderation("comments", limit=200).get_json()["comments"]) == 52


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "waiting"}, "status"),
        ({"status": ""}, "status"),
        ({"order": "random"}, "order"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"author": "me"}, "author"),
        ({"campaign": "%"}, "campaign"),
        ({"signal": "no such!"}, "signal"),
        ({"page": "javascript:alert(1)"}, "page"),
        ({"page": "a\0b"}, "page"),
        ({"q": "a\0b"}, "q"),
        ({"q": "\u0640"}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"site": "a\0b"}, "site"),
        ({"after": "yesterday"}, "after"),
        ({"before": "2026-03-07T09:30:00"}, "before"),
        ({"before": "2026-02-30T09:30:00Z"}, "before"),
        ({"after": "0001-01-01T00:00:00+14:00"}, "after"),
        ({"statsu": "spam"}, "statsu"),
    ],
)
def test_a_query_that_means_nothing_is_refused(newsroom: Newsroom, query: dict[str, str], field: str) -> None:
    document = refused(newsroom, **query)
    assert [error["field"] for error in document["errors"]] == [field]


def test_a_cursor_belongs_to_its_list(newsroom: Newsroom) -> None:
    fill(newsroom, 3)
    oldest = newsroom.moderation("comments", limit=1).get_json()["next"]
    risk = newsroom.moderation("comments", limit=1, order="risk").get_json()["next"]
    assert refused(newsroom, 400, cursor=oldest, order="newest")["type"] == "/problems/malformed"
    assert refused(newsroom, 400, cursor=risk)["type"] == "/problems/malformed"
    assert refused(newsroom, 400, cursor=oldest, order="risk")["type"] == "/problems/malformed"
    assert refused(newsroom, 400, cursor="nonsense")["type"] == "/problems/malformed"
