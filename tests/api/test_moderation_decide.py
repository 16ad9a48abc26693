"""POST /v1/moderation/comments/{id}/decision: the state machine, the version that was seen, what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.domain.ids import new_id
from service.domain.status import TRANSITIONS, Decision, Status
from tests.api.moderated import drift, post, status_of, write
from tests.api.newsroom import PAGE, Newsroom, bearer

WORDS = {decision.status: decision.value for decision in Decision}
#: Decisions that bring a new comment to each status.
WAYS: dict[Status, list[str]] = {
    Status.PENDING: [],
    **{status: [word] for status, word in WORDS.items()},
}


def problem(answer: TestResponse, status: int, slug: str) -> dict[str, Any]:
    """The problem document, after a look at its kind."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    document: dict[str, Any] = answer.get_json()
    assert document["type"] == f"/problems/{slug}"
    return document


def brought_to(newsroom: Newsroom, status: Status) -> tuple[str, int]:
    """A comment of that status, and its version."""
    comment, version = newsroom.pending(), 1
    for word in WAYS[status]:
        assert newsroom.decide(comment, word, version).status_code == 200
        version += 1
    return comment, version


@pytest.mark.parametrize("decision", list(Decision))
@pytest.mark.parametrize("before", list(Status))
def test_every_move_is_allowed_or_refused_as_the_table_says(
    newsroom: Newsroom, before: Status, decision: Decision
) -> None:
    comment, version = brought_to(newsroom, before)
    answer = newsroom.decide(comment, decision.value, version)
    if decision.status in TRANSITIONS[before]:
        assert answer.status_code == 200
        shown = answer.get_json()["comment"]
        assert (shown["status"], shown["version"]) == (decision.status.value, version + 1)
        assert answer.headers["ETag"] == f'"{version + 1}"'
        assert status_of(newsroom, [comment]) == {comment: decision.status.value}
    else:
        document = problem(answer, 409, "illegal-transition")
        assert document["current"] == before.value
        assert status_of(newsroom, [comment]) == {comment: before.value}
        assert newsroom.moderation(f"comments/{comment}").get_json()["version"] == version
    assert drift(newsroom) == []


def test_an_approved_comment_is_on_its_page_at_once_and_a_rejected_one_leaves_it(newsroom: Newsroom) -> None:
    assert newsroom.read()["page"]["count"] == 0
    comment = newsroom.approved()
    shown = newsroom.read()
    assert ([one["id"] for one in shown["comments"]], shown["page"]["count"]) == ([comment], 1)
    assert newsroom.decide(comment, "reject", 2).status_code == 200
    shown = newsroom.read()
    assert (shown["comments"], shown["page"]["count"]) == ([], 0)
    assert newsroom.client.get(f"/v1/comments/{comment}").status_code == 404


def test_prepared_bytes_are_dropped_at_once(newsroom: Newsroom, make_app: Callable[..., Flask]) -> None:
    """Decisions of this process show at once, however long bytes are served without a look."""
    room = replace(newsroom, app=make_app(cache_check_milliseconds=1000))
    comment = room.pending()
    assert room.read()["comments"] == []
    undo = room.decide(comment, "approve").get_json()["undo"]
    assert len(room.read()["comments"]) == 1
    post(room, f"undo/{undo}")
    assert room.read()["comments"] == []
    post(room, "decisions", {"decision": "approve", "ids": [comment]})
    assert len(room.read()["comments"]) == 1


def test_what_readers_cannot_see_does_not_change_the_pages_bytes(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    before = newsroom.thread().headers["ETag"]
    assert newsroom.decide(comment, "spam").status_code == 200
    assert newsroom.thread().headers["ETag"] == before


def test_a_removed_comment_with_replies_leaves_a_tombstone_until_they_go_too(newsroom: Newsroom) -> None:
    root = newsroom.approved()
    reply = newsroom.approved(parent=root)
    deeper = newsroom.approved(parent=reply)
    for comment in (reply, root):
        assert newsroom.decide(comment, "delete", 2).status_code == 200
    shown = newsroom.read()
    assert shown["page"]["count"] == 1
    (top,) = shown["comments"]
    assert (top["id"], top["tombstone"], top["name"], top["body_html"]) == (root, True, "", "")
    assert (top["replies"][0]["tombstone"], top["replies"][0]["replies"][0]["id"]) == (True, deeper)
    assert drift(newsroom) == []
    assert newsroom.decide(deeper, "spam", 2).status_code == 200
    assert newsroom.read()["comments"] == []
    assert drift(newsroom) == []


def test_the_answer_has_the_comment_and_what_undoes_it(newsroom: Newsroom) -> None:
    comment = newsroom.pending(email="one@mail.example.org")
    parsed = newsroom.decide(comment, "approve", reason=None, note=None).get_json()
    assert set(parsed) == {"comment", "undo"}
    assert parsed["comment"]["author"]["approved"] == 1
    assert parsed["comment"]["author"]["pending"] == 0
    in_queue = newsroom.moderation("comments", status="approved").get_json()["comments"]
    assert in_queue == [parsed["comment"]]


def test_the_second_moderator_learns_who_was_first(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    assert newsroom.decide(comment, "approve", token=newsroom.admin).status_code == 200
    document = problem(newsroom.decide(comment, "reject"), 412, "stale-version")
    assert document["current_version"] == 2
    assert document["current_status"] == "approved"
    assert document["changed_by"] == f"token:{newsroom.admin[:10]}"
    assert document["change"] == "decided"
    decided = newsroom.moderation(f"comments/{comment}").get_json()["events"][-1]
    assert document["changed_at"] == decided["created_at"]
    assert status_of(newsroom, [comment]) == {comment: "approved"}


def test_a_version_from_the_future_is_stale_too(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    document = problem(newsroom.decide(comment, "approve", version=7), 412, "stale-version")
    assert (document["current_version"], document["change"]) == (1, "submitted")


def test_a_stale_version_is_told_before_an_illegal_move(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    problem(newsroom.decide(comment, "approve", version=1), 412, "stale-version")
    problem(newsroom.decide(comment, "approve", version=2), 409, "illegal-transition")


def test_a_decision_needs_the_version_that_was_seen(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    problem(newsroom.decide(comment, "approve", version=None), 428, "version-required")
    problem(newsroom.decide(comment, "nonsense", version=None), 428, "version-required")
    problem(newsroom.decide(new_id(), "approve", version=None), 404, "not-found")
    assert status_of(newsroom, [comment]) == {comment: "pending"}


@pytest.mark.parametrize(
    ("if_match", "status", "slug"),
    [
        ('W/"1"', 412, "stale-version"),
        ("1", 400, "malformed"),
        ("*", 400, "malformed"),
        ('"1", "2"', 400, "malformed"),
        ('"-1"', 400, "malformed"),
        ('""', 400, "malformed"),
        ('"9999999999999999999999"', 400, "malformed"),
    ],
)
def test_only_one_strong_version_is_taken(newsroom: Newsroom, if_match: str, status: int, slug: str) -> None:
    comment = newsroom.pending()
    answer = newsroom.client.post(
        f"/v1/moderation/comments/{comment}/decision",
        json={"decision": "approve"},
        headers=bearer(newsroom.moderator) | {"If-Match": if_match},
    )
    problem(answer, status, slug)
    assert status_of(newsroom, [comment]) == {comment: "pending"}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"decision": "pending"}, "decision"),
        ({"decision": "approved"}, "decision"),
        ({"decision": None}, "decision"),
        ({"decision": 1}, "decision"),
        ({"decision": ["approve"]}, "decision"),
        ({"decision": "approve", "reason": "Two words"}, "reason"),
        ({"decision": "approve", "reason": "x" * 41}, "reason"),
        ({"decision": "approve", "reason": 5}, "reason"),
        ({"decision": "approve", "note": "x" * 1001}, "note"),
        ({"decision": "approve", "note": "a\0b"}, "note"),
        ({"decision": "approve", "note": "\ud800"}, "note"),
        ({"decision": "approve", "status": "approved"}, "status"),
        ({}, "decision"),
    ],
)
def test_a_bad_body_is_refused_by_field(newsroom: Newsroom, sent: dict[str, Any], field: str) -> None:
    comment = newsroom.pending()
    answer = post(newsroom, f"comments/{comment}/decision", sent, headers={"If-Match": '"1"'})
    document = problem(answer, 422, "invalid-input")
    assert [error["field"] for error in document["errors"]] == [field]
    assert status_of(newsroom, [comment]) == {comment: "pending"}


def test_what_is_not_json_is_refused(newsroom: Newsroom) -> None:
    path = f"/v1/moderation/comments/{newsroom.pending()}/decision"
    headers = bearer(newsroom.moderator) | {"If-Match": '"1"'}
    problem(
        newsroom.client.post(path, data="{", headers=headers, content_type="application/json"),
        400,
        "malformed",
    )
    problem(
        newsroom.client.post(path, data={"decision": "approve"}, headers=headers),
        415,
        "unsupported-media-type",
    )


def test_an_edit_of_the_author_makes_the_seen_version_stale(newsroom: Newsroom) -> None:
    sent = newsroom.submit().get_json()
    comment, token = sent["comment"]["id"], sent["author_token"]
    edited = newsroom.client.patch(
        f"/v1/comments/{comment}",
        json={"body": "Quite another text."},
        headers={"Authorization": f"Author {token}"},
    )
    assert edited.status_code == 200
    document = problem(newsroom.decide(comment, "approve"), 412, "stale-version")
    assert (document["current_version"], document["change"], document["changed_by"]) == (
        2,
        "edited",
        "reader",
    )


def test_a_vote_or_a_report_does_not_make_the_version_stale(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    assert newsroom.client.put(f"/v1/comments/{comment}/vote", json={"value": 1}).status_code == 200
    reported = newsroom.client.post(f"/v1/comments/{comment}/reports", json={"reason": "spam"})
    assert reported.status_code == 201
    shown = newsroom.decide(comment, "spam", 2).get_json()["comment"]
    assert (shown["votes"], shown["reports"], shown["version"]) == ({"up": 1, "down": 0}, 1, 3)


def test_a_decision_is_on_the_record(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    undo = newsroom.decide(comment, "reject", reason="abuse", note="Line one.\r\nLine two.").get_json()[
        "undo"
    ]
    (event,) = newsroom.moderation("events", decision=undo).get_json()["events"]
    assert event["site"] == newsroom.site
    assert (event["kind"], event["comment"], event["decision"]) == ("decided", comment, undo)
    assert (event["before"], event["after"], event["version"]) == ("pending", "rejected", 2)
    assert (event["reason"], event["note"], event["detail"]) == ("abuse", "Line one.\nLine two.", {})
    assert event["actor"] == f"token:{newsroom.moderator[:10]}"


def test_a_refused_decision_leaves_no_trace(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    before = newsroom.moderation("events").get_json()
    newsroom.decide(comment, "approve", version=9)
    newsroom.decide(comment, "approve", version=None)
    newsroom.decide(comment, "nonsense")
    assert newsroom.moderation("events").get_json() == before


def test_counts_of_a_page_follow_decisions(newsroom: Newsroom) -> None:
    ids = [newsroom.approved() for _ in range(3)]
    write(newsroom, ids[0], score=0.9)
    newsroom.decide(ids[0], "reject", 2)
    asked = {"site": newsroom.site, "page": PAGE}
    assert newsroom.client.get("/v1/counts", query_string=asked).get_json() == {"counts": {PAGE: 2}}
    post(newsroom, "decisions", {"decision": "delete", "ids": ids})
    assert newsroom.client.get("/v1/counts", query_string=asked).get_json() == {"counts": {PAGE: 0}}
