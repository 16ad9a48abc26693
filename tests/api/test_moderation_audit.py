"""The audit log, authors, and the one way to an email in clear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.domain.ids import new_id
from tests.api.moderated import post
from tests.api.newsroom import ORIGIN, Newsroom


def events(newsroom: Newsroom, **query: Any) -> list[dict[str, Any]]:
    """The events that the log lists."""
    answer = newsroom.moderation("events", **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    parsed = answer.get_json()
    assert set(parsed) == {"events", "next"}
    listed: list[dict[str, Any]] = parsed["events"]
    return listed


def author_of(newsroom: Newsroom, comment: str) -> str:
    return str(newsroom.moderation(f"comments/{comment}").get_json()["author"]["id"])


def test_the_log_is_filtered_by_what_an_event_says(newsroom: Newsroom) -> None:
    first, second = newsroom.pending(), newsroom.pending()
    undo = newsroom.decide(first, "approve").get_json()["undo"]
    newsroom.decide(second, "spam", token=newsroom.admin)
    moderator, admin = f"token:{newsroom.moderator[:10]}", f"token:{newsroom.admin[:10]}"
    assert [event["kind"] for event in events(newsroom)] == ["decided", "decided", "submitted", "submitted"]
    assert [event["comment"] for event in events(newsroom, kind="decided")] == [second, first]
    assert [event["comment"] for event in events(newsroom, actor=moderator)] == [first]
    assert [event["comment"] for event in events(newsroom, actor=admin, kind="decided")] == [second]
    assert [event["kind"] for event in events(newsroom, comment=first)] == ["decided", "submitted"]
    assert [event["comment"] for event in events(newsroom, decision=undo)] == [first]
    assert events(newsroom, actor="token:nobody") == []
    assert events(newsroom, site=newsroom.site) == events(newsroom)
    members = "id site kind actor comment decision before after version reason note detail created_at"
    assert set(events(newsroom)[0]) == set(members.split())


def test_parts_of_the_log_follow_each_other(newsroom: Newsroom) -> None:
    for _ in range(7):
        newsroom.pending()
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    for size in (3, 3, 1):
        parsed = newsroom.moderation("events", **query).get_json()
        assert len(parsed["events"]) == size
        seen += [event["id"] for event in parsed["events"]]
        query["cursor"] = parsed["next"]
    assert parsed["next"] is None
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 7


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"kind": "No!"}, 422),
        ({"actor": "a\0b"}, 422),
        ({"comment": "x"}, 422),
        ({"decision": "x"}, 422),
        ({"limit": "1000"}, 422),
        ({"color": "red"}, 422),
        ({"cursor": "x"}, 400),
        ({"site": "no-such-site"}, 404),
    ],
)
def test_a_query_of_the_log_that_means_nothing_is_refused(
    newsroom: Newsroom, query: dict[str, str], status: int
) -> None:
    assert newsroom.moderation("events", **query).status_code == status


def test_the_log_of_another_site_is_out_of_sight(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other = open_site()
    foreign = other.pending()
    assert events(newsroom) == []
    assert events(newsroom, comment=foreign) == []


def test_a_comment_shows_its_last_events_and_the_log_has_them_all(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    for version in range(1, 206):
        word = "approve" if version % 2 else "reject"
        assert newsroom.decide(comment, word, version).status_code == 200
    shown = newsroom.moderation(f"comments/{comment}").get_json()["events"]
    assert (len(shown), shown[0]["version"], shown[-1]["version"]) == (200, 7, 206)
    assert len(events(newsroom, comment=comment, limit=200)) == 200
    assert newsroom.moderation("events", comment=comment, limit=200).get_json()["next"] is not None


def test_an_author_with_counters_and_latest_comments(newsroom: Newsroom) -> None:
    ids = [newsroom.pending(email="a@mail.example.org", name="Ayşe", body=f"Number {n}.") for n in range(5)]
    newsroom.pending(email="b@mail.example.org")
    for comment, word in zip(ids, ("approve", "reject", "spam", "delete"), strict=False):
        newsroom.decide(comment, word)
    shown = newsroom.moderation(f"authors/{author_of(newsroom, ids[0])}").get_json()
    members = "id site name avatar first_seen pending approved rejected spam deleted comments"
    assert set(shown) == set(members.split())
    assert (shown["site"], shown["name"]) == (newsroom.site, "Ayşe")
    counters = ("pending", "approved", "rejected", "spam", "deleted")
    assert [shown[name] for name in counters] == [1, 1, 1, 1, 1]
    assert [line["id"] for line in shown["comments"]] == ids[::-1]
    assert [line["status"] for line in shown["comments"]] == [
        "pending",
        "deleted",
        "spam",
        "rejected",
        "approved",
    ]
    assert shown["comments"][0]["page"]["key"].startswith(ORIGIN)


def test_an_email_is_revealed_to_an_admin_with_a_reason_and_on_the_record(newsroom: Newsroom) -> None:
    author = author_of(newsroom, newsroom.pending(email="Ayse.Yilmaz@Mail.Example.org"))
    answer = post(newsroom, f"authors/{author}/reveal-email", {"reason": "A court asks."}, newsroom.admin)
    assert answer.status_code == 200
    assert answer.get_json() == {"email": "Ayse.Yilmaz@mail.example.org"}
    assert answer.headers["Cache-Control"] == "no-store"
    (event,) = events(newsroom, kind="email_revealed")
    assert event["actor"] == f"token:{newsroom.admin[:10]}"
    assert (event["note"], event["detail"], event["comment"]) == ("A court asks.", {"author": author}, None)
    assert "Yilmaz" not in str(event)


def test_a_moderator_may_not_see_an_email(newsroom: Newsroom) -> None:
    author = author_of(newsroom, newsroom.pending())
    answer = post(newsroom, f"authors/{author}/reveal-email", {"reason": "Curious."})
    assert answer.status_code == 403
    assert events(newsroom, kind="email_revealed") == []


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": None}, {"reason": "x" * 1001}, {"why": "x"}]
)
def test_a_reveal_without_a_reason_is_refused(newsroom: Newsroom, body: dict[str, Any]) -> None:
    author = author_of(newsroom, newsroom.pending())
    answer = post(newsroom, f"authors/{author}/reveal-email", body, newsroom.admin)
    assert answer.status_code == 422
    assert events(newsroom, kind="email_revealed") == []


def test_nobody_reveals_an_author_of_another_site(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other = open_site()
    foreign = author_of(other, other.pending())
    for author in (foreign, new_id()):
        answer = post(newsroom, f"authors/{author}/reveal-email", {"reason": "Curious."}, newsroom.admin)
        assert answer.status_code == 404
    assert events(other, kind="email_revealed") == []
