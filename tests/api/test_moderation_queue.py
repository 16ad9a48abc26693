"""GET /v1/moderation/comments: what is listed, in which order, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from service import clock
from service.auth import tokens
from service.domain.ids import new_id
from service.domain.role import Role
from tests.api.moderated import fill, post, signal, write
from tests.api.newsroom import ORIGIN, PAGE, Newsroom

MEMBERS = (
    "id site page parent depth name website avatar staff body body_html status version score signals author "
    "campaign reports votes created_at edited_at"
)


def listed(newsroom: Newsroom, token: str | None = None, **query: Any) -> list[str]:
    """The ids that the queue shows; its total is checked on the way."""
    answer = newsroom.moderation("comments", token, **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    parsed = answer.get_json()
    assert set(parsed) == {"comments", "next", "total"}
    if parsed["next"] is None and "cursor" not in query:
        assert parsed["total"] == len(parsed["comments"])
    return [comment["id"] for comment in parsed["comments"]]


def refused(newsroom: Newsroom, http: int = 422, **query: Any) -> Any:
    """The problem document of a query that is not taken."""
    answer = newsroom.moderation("comments", **query)
    assert answer.status_code == http, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    return answer.get_json()


def token_for(app: Flask, role: Role, sites: list[str] | None) -> str:
    """A token that reaches these sites (None: all)."""
    with app.app_context():
        return tokens.issue(tokens.NewToken(role, "test", sites, days=None), clock.now())


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


def test_a_token_sees_the_sites_of_its_scope_and_no_other(
    app: Flask, newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other, third = open_site(), open_site()
    mine, theirs, hidden = newsroom.pending(), other.pending(), third.pending()
    both = token_for(app, Role.MODERATOR, [newsroom.site, other.site])
    assert listed(newsroom) == [mine]
    assert listed(newsroom, both) == [mine, theirs]
    assert listed(newsroom, both, order="newest") == [theirs, mine]
    assert listed(newsroom, both, site=other.site) == [theirs]
    everything = token_for(app, Role.MODERATOR, None)
    parts = newsroom.moderation("comments", everything, order="newest", limit=3).get_json()
    assert [comment["id"] for comment in parts["comments"]] == [hidden, theirs, mine]
    assert listed(newsroom, everything, site=third.site) == [hidden]
    assert listed(newsroom, token_for(app, Role.MODERATOR, [])) == []


def test_another_sites_comments_do_not_exist(
    app: Flask, newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other = open_site()
    foreign = other.pending()
    author = other.moderation(f"comments/{foreign}").get_json()["author"]["id"]
    assert refused(newsroom, 404, site=other.site)["type"] == "/problems/not-found"
    assert refused(newsroom, 404, site="no-such-site")["type"] == "/problems/not-found"
    everything = token_for(app, Role.ADMIN, None)
    assert newsroom.moderation("comments", everything, site="no-such-site").status_code == 404
    for path in (f"comments/{foreign}", f"comments/{new_id()}", f"authors/{author}", f"authors/{new_id()}"):
        assert newsroom.moderation(path).status_code == 404, path
    assert newsroom.moderation("events", site=other.site).status_code == 404
    assert newsroom.decide(foreign, "approve").status_code == 404
    assert newsroom.decide(foreign, "approve", version=None).status_code == 404
    assert post(newsroom, f"undo/{new_id()}").status_code == 404
    assert listed(newsroom, author=author) == []
    assert listed(other) == [foreign]


@pytest.mark.parametrize("path", ["comments", "events", "comments/" + "0" * 32, "authors/" + "0" * 32])
@pytest.mark.parametrize("header", [None, "Bearer", "Bearer blw_wrong", "Basic YTpi"])
def test_nobody_looks_without_a_credential(newsroom: Newsroom, path: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = newsroom.client.get(f"/v1/moderation/{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_one_comment_comes_with_its_events_and_its_authors_history(newsroom: Newsroom) -> None:
    earlier = newsroom.approved(email="a@mail.example.org", body="Earlier.", page=f"{ORIGIN}/earlier")
    comment = newsroom.pending(email="a@mail.example.org", body="Later.")
    newsroom.pending(email="b@mail.example.org", body="Somebody else.")
    assert newsroom.decide(comment, "reject", reason="off_topic", note="Not here.").status_code == 200
    answer = newsroom.moderation(f"comments/{comment}")
    assert answer.headers["ETag"] == '"2"'
    shown = answer.get_json()
    assert set(shown) == {*MEMBERS.split(), "events", "history"}
    assert [event["kind"] for event in shown["events"]] == ["submitted", "decided"]
    submitted, decided = shown["events"]
    assert (submitted["before"], submitted["after"], submitted["version"]) == (None, "pending", 1)
    assert (decided["before"], decided["after"], decided["version"]) == ("pending", "rejected", 2)
    assert (decided["reason"], decided["note"], decided["comment"]) == ("off_topic", "Not here.", comment)
    assert decided["actor"] == f"token:{newsroom.moderator[:10]}"
    assert [(line["id"], line["status"], line["body"]) for line in shown["history"]] == [
        (comment, "rejected", "Later."),
        (earlier, "approved", "Earlier."),
    ]
    assert shown["history"][1]["page"]["key"] == f"{ORIGIN}/earlier"


def test_the_history_is_bounded(newsroom: Newsroom) -> None:
    ids = fill(newsroom, 25)
    history = newsroom.moderation(f"comments/{ids[0]}").get_json()["history"]
    assert [line["id"] for line in history] == ids[:4:-1]


def test_no_answer_of_moderation_holds_an_email(newsroom: Newsroom) -> None:
    email = "canary.of.the.queue@mail.example.org"
    comment = newsroom.pending(email=email)
    decided = newsroom.decide(comment, "spam")
    author = decided.get_json()["comment"]["author"]["id"]
    answers = [
        decided,
        newsroom.moderation("comments", status="spam"),
        newsroom.moderation("comments", status="spam", q=email),
        newsroom.moderation(f"comments/{comment}"),
        newsroom.moderation(f"authors/{author}"),
        newsroom.moderation("events"),
        newsroom.decide(comment, "spam", version=1),
        post(newsroom, f"undo/{decided.get_json()['undo']}"),
    ]
    for answer in answers:
        text = answer.get_data(as_text=True)
        assert "canary" not in text
        assert "ciphertext" not in text
        assert answer.headers["Cache-Control"] == "no-store"
