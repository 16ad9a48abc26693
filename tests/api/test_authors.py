"""What authors do to their own comments: edit and delete, within the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from service import clock
from service.settings import Policy
from tests.api.newsroom import Newsroom


def by_author(token: str) -> dict[str, str]:
    return {"Authorization": f"Author {token}"}


def sent(newsroom: Newsroom, **fields: object) -> tuple[str, dict[str, str]]:
    """A new comment's path and its author's credential."""
    answer = newsroom.submit(**fields).get_json()
    return f"/v1/comments/{answer['comment']['id']}", by_author(answer["author_token"])


def patch(newsroom: Newsroom, path: str, credential: dict[str, str], **fields: object) -> TestResponse:
    return newsroom.client.patch(path, json=fields, headers=credential)


def test_an_edit_changes_text_and_html(newsroom: Newsroom) -> None:
    path, credential = sent(newsroom)
    answer = patch(newsroom, path, credential, body="Better *said*.")
    assert answer.status_code == 200
    shown = answer.get_json()["comment"]
    assert shown["body_html"].strip() == "<p>Better <em>said</em>.</p>"
    assert (shown["status"], shown["edited_at"] is None) == ("pending", False)


def test_an_edited_comment_is_judged_again(newsroom: Newsroom) -> None:
    path, credential = sent(newsroom)
    newsroom.decide(path.rpartition("/")[2], "approve")
    assert newsroom.read()["page"]["count"] == 1
    assert (
        patch(newsroom, path, credential, body="Something else.").get_json()["comment"]["status"] == "pending"
    )
    assert newsroom.read()["page"]["count"] == 0


def test_what_nothing_speaks_against_stays_public(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    path, credential = sent(newsroom)
    before = newsroom.thread().headers["ETag"]
    assert patch(newsroom, path, credential, body="Rewritten.").get_json()["comment"]["status"] == "approved"
    read = newsroom.thread()
    assert read.headers["ETag"] != before
    assert "Rewritten" in read.get_data(as_text=True)


@pytest.mark.parametrize("decision", ["reject", "spam"])
def test_what_was_refused_stays_refused_and_looks_pending(newsroom: Newsroom, decision: str) -> None:
    path, credential = sent(newsroom)
    comment = path.rpartition("/")[2]
    newsroom.decide(comment, decision)
    assert patch(newsroom, path, credential, body="Please?").get_json()["comment"]["status"] == "pending"
    status = {"reject": "rejected", "spam": "spam"}[decision]
    assert newsroom.moderation(f"comments/{comment}").get_json()["status"] == status


def test_deleting_leaves_nothing_to_read(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    path, credential = sent(newsroom)
    assert newsroom.client.delete(path, headers=credential).status_code == 204
    assert newsroom.read()["comments"] == []
    assert newsroom.read()["page"]["count"] == 0
    assert newsroom.client.delete(path, headers=credential).status_code == 404
    assert patch(newsroom, path, credential, body="x").status_code == 404


def test_a_deleted_parent_keeps_its_replies(open_site: Callable[..., Newsroom]) -> None:
    newsroom = open_site(policy=Policy.PUBLISH_ALL)
    path, credential = sent(newsroom, name="Gone Reader", body="Gone words")
    reply, reply_credential = sent(newsroom, parent=path.rpartition("/")[2])
    newsroom.client.delete(path, headers=credential)
    tombstone = newsroom.read()["comments"][0]
    assert tombstone["tombstone"] is True
    assert (tombstone["name"], tombstone["body_html"], tombstone["avatar"]) == ("", "", "")
    assert len(tombstone["replies"]) == 1
    assert newsroom.read()["page"]["count"] == 1
    newsroom.client.delete(reply, headers=reply_credential)
    assert newsroom.read()["comments"] == []


@pytest.mark.parametrize("header", ["", "Author", "Author x", "Author " + "0" * 32 + ".x", "Bearer x"])
def test_without_the_token_nothing_changes(newsroom: Newsroom, header: str) -> None:
    path, _ = sent(newsroom)
    for answer in (
        newsroom.client.delete(path, headers={"Authorization": header}),
        patch(newsroom, path, {"Authorization": header}, body="x"),
    ):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Author")


def test_a_token_is_for_one_comment(newsroom: Newsroom) -> None:
    path, _ = sent(newsroom)
    _, other = sent(newsroom)
    assert newsroom.client.delete(path, headers=other).status_code == 401


def test_after_the_window_it_is_too_late(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    path, credential = sent(newsroom)
    later = clock.now() + timedelta(seconds=901)
    monkeypatch.setattr(clock, "now", lambda: later)
    for answer in (
        patch(newsroom, path, credential, body="x"),
        newsroom.client.delete(path, headers=credential),
    ):
        assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/window-closed")


def test_edits_pass_the_same_cleaning(newsroom: Newsroom) -> None:
    path, credential = sent(newsroom)
    shown = patch(
        newsroom, path, credential, body="<script>alert(1)</script>[x](javascript:alert(1))"
    ).get_json()
    assert "<script" not in shown["comment"]["body_html"]
    assert "href" not in shown["comment"]["body_html"]
    for bad in (
        {"body": ""},
        {"body": "x" * 5001},
        {"body": "\0"},
        {"body": 3},
        {},
        {"body": "x", "name": "y"},
    ):
        assert patch(newsroom, path, credential, **bad).status_code == 422


@pytest.mark.parametrize("seconds", [0, 900])
def test_the_answer_says_until_when_its_author_may_change_it(
    open_site: Callable[..., Newsroom], seconds: int
) -> None:
    answer = open_site(edit_window_seconds=seconds).submit()
    sent_at = datetime.fromisoformat(answer.get_json()["comment"]["created_at"])
    until = datetime.fromisoformat(answer.headers["Author-Token-Expires"])
    assert until - sent_at == timedelta(seconds=seconds)
