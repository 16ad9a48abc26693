"""POST /v1/moderation/undo/{id}: putting decisions back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from service.domain.ids import new_id
from tests.api.moderated import drift, post, status_of
from tests.api.newsroom import Newsroom

BEFORE = {"pending": [], "approved": ["approve"], "rejected": ["reject"], "spam": ["spam"]}


@pytest.mark.parametrize("decision", ["approve", "reject", "spam", "delete"])
@pytest.mark.parametrize("before", list(BEFORE))
def test_a_decision_is_put_back_whatever_it_was(newsroom: Newsroom, before: str, decision: str) -> None:
    comment, version = newsroom.pending(), 1
    for word in BEFORE[before]:
        newsroom.decide(comment, word)
        version = 2
    answer = newsroom.decide(comment, decision, version)
    if answer.status_code == 409:
        return  # the table has no such move; test_moderation_decide looks at that
    undo = answer.get_json()["undo"]
    put_back = post(newsroom, f"undo/{undo}")
    assert put_back.status_code == 200
    assert put_back.get_json() == {"restored": 1, "skipped": 0, "undone": undo}
    shown = newsroom.moderation(f"comments/{comment}").get_json()
    assert (shown["status"], shown["version"]) == (before, version + 2)
    assert newsroom.read()["page"]["count"] == (before == "approved")
    assert drift(newsroom) == []


def test_the_undo_is_on_the_record(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    undo = newsroom.decide(comment, "delete").get_json()["undo"]
    post(newsroom, f"undo/{undo}", token=newsroom.admin)
    events = newsroom.moderation("events", decision=undo).get_json()["events"]
    assert [event["kind"] for event in events] == ["decision_undone", "undone", "decided"]
    whole, undone, _ = events
    actor = f"token:{newsroom.admin[:10]}"
    assert (undone["actor"], undone["comment"], undone["version"]) == (actor, comment, 3)
    assert (undone["before"], undone["after"]) == ("deleted", "pending")
    assert (whole["actor"], whole["comment"]) == (actor, None)
    assert whole["detail"] == {
        "restored": 1,
        "skipped": 0,
        "decided_by": f"token:{newsroom.moderator[:10]}",
    }
    of_comment = newsroom.moderation(f"comments/{comment}").get_json()["events"]
    assert [event["kind"] for event in of_comment] == ["submitted", "decided", "undone"]


def test_a_decision_is_undone_once(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    undo = newsroom.decide(comment, "spam").get_json()["undo"]
    assert post(newsroom, f"undo/{undo}").status_code == 200
    again = post(newsroom, f"undo/{undo}", token=newsroom.admin)
    assert again.status_code == 409
    document = again.get_json()
    assert document["type"] == "/problems/illegal-transition"
    assert document["undone_by"] == f"token:{newsroom.moderator[:10]}"
    assert document["undone_at"].endswith("Z")
    assert newsroom.moderation(f"comments/{comment}").get_json()["version"] == 3


def test_the_window_closes(newsroom: Newsroom, make_app: Callable[..., Flask]) -> None:
    comment = newsroom.pending()
    undo = newsroom.decide(comment, "approve").get_json()["undo"]
    hurried = replace(newsroom, app=make_app(undo_window_seconds=0))
    answer = post(hurried, f"undo/{undo}")
    assert answer.status_code == 409
    document = answer.get_json()
    assert document["type"] == "/problems/window-closed"
    decided = newsroom.moderation("events", decision=undo).get_json()["events"][0]
    assert document["decided_at"] == decided["created_at"]
    assert status_of(newsroom, [comment]) == {comment: "approved"}
    assert post(newsroom, f"undo/{undo}").status_code == 200


def test_what_changed_since_is_left_as_it_is(newsroom: Newsroom) -> None:
    ids = [newsroom.pending() for _ in range(4)]
    sent = newsroom.submit().get_json()
    edited, token = sent["comment"]["id"], sent["author_token"]
    undo = post(newsroom, "decisions", {"decision": "approve", "ids": [*ids, edited]}).get_json()["undo"]
    assert newsroom.decide(ids[0], "spam", 2).status_code == 200
    # There and back again is a change too: somebody looked at it after the decision.
    assert newsroom.decide(ids[1], "reject", 2).status_code == 200
    assert newsroom.decide(ids[1], "approve", 3).status_code == 200
    author = {"Authorization": f"Author {token}"}
    assert (
        newsroom.client.patch(f"/v1/comments/{edited}", json={"body": "Edited."}, headers=author).status_code
        == 200
    )
    kept = status_of(newsroom, [edited])[edited]
    answer = post(newsroom, f"undo/{undo}")
    assert answer.get_json() == {"restored": 2, "skipped": 3, "undone": undo}
    assert status_of(newsroom, [*ids, edited]) == {
        ids[0]: "spam",
        ids[1]: "approved",
        ids[2]: "pending",
        ids[3]: "pending",
        edited: kept,
    }
    assert drift(newsroom) == []


def test_an_undo_with_nothing_left_to_restore_is_done_and_recorded(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    undo = newsroom.decide(comment, "approve").get_json()["undo"]
    newsroom.decide(comment, "spam", 2)
    assert post(newsroom, f"undo/{undo}").get_json() == {"restored": 0, "skipped": 1, "undone": undo}
    (whole,) = newsroom.moderation("events", kind="decision_undone").get_json()["events"]
    assert whole["detail"]["restored"] == 0
    assert post(newsroom, f"undo/{undo}").status_code == 409


def test_another_moderator_of_the_site_may_undo_and_nobody_elses(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    undo = newsroom.decide(newsroom.pending(), "approve").get_json()["undo"]
    assert post(open_site(), f"undo/{undo}").status_code == 404
    assert newsroom.client.post(f"/v1/moderation/undo/{undo}").status_code == 401
    assert post(newsroom, f"undo/{new_id()}").status_code == 404
    assert post(newsroom, "undo/nothing").status_code == 404
    assert post(newsroom, f"undo/{undo}", token=newsroom.admin).status_code == 200


def test_restored_comments_are_back_on_their_page_at_once(newsroom: Newsroom) -> None:
    root = newsroom.approved()
    reply = newsroom.approved(parent=root)
    undo = post(newsroom, "decisions", {"decision": "delete", "ids": [root, reply]}).get_json()["undo"]
    assert newsroom.read()["comments"] == []
    post(newsroom, f"undo/{undo}")
    (top,) = newsroom.read()["comments"]
    assert (top["id"], top["tombstone"], top["replies"][0]["id"]) == (root, False, reply)
