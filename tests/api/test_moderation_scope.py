"""Who may look at what, and one comment with all that is known about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from service.domain.ids import new_id
from service.domain.role import Role
from tests.api.moderated import (
    MEMBERS,
    fill,
    listed,
    post,
    refused,
    token_for,
)
from tests.api.newsroom import ORIGIN, Newsroom


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
    assert set(shown) == {*MEMBERS.split(), "events", "history", "opinion"}
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
