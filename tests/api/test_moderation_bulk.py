"""POST /v1/moderation/decisions: many comments at once, by their ids or by a filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from service.domain.ids import new_id
from service.domain.role import Role
from service.storage.database import db
from tests.api.moderated import drift, fill, post, signal, status_of, token_for, write
from tests.api.newsroom import ORIGIN, PAGE, Newsroom


def decided(newsroom: Newsroom, token: str = "", **body: Any) -> dict[str, Any]:
    """The answer to a bulk decision that is taken."""
    answer = post(newsroom, "decisions", body, token)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    parsed: dict[str, Any] = answer.get_json()
    assert set(parsed) == {"decided", "skipped", "undo"}
    assert (parsed["undo"] is None) == (parsed["decided"] == 0)
    return parsed


def counted(parsed: dict[str, Any]) -> tuple[int, int]:
    return parsed["decided"], parsed["skipped"]


def refused(newsroom: Newsroom, body: Any, token: str = "") -> list[tuple[str, str]]:
    """Field and code of each thing that is wrong with a bulk decision."""
    answer = post(newsroom, "decisions", body, token)
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return [(error["field"], error["code"]) for error in answer.get_json()["errors"]]


def test_the_named_comments_move_together(newsroom: Newsroom) -> None:
    ids = [newsroom.pending() for _ in range(3)]
    other = newsroom.pending()
    parsed = decided(newsroom, decision="approve", ids=ids, reason="fine", note="All three.")
    assert counted(parsed) == (3, 0)
    assert set(status_of(newsroom, ids).values()) == {"approved"}
    assert status_of(newsroom, [other]) == {other: "pending"}
    assert newsroom.read()["page"]["count"] == 3
    events = newsroom.moderation("events", decision=parsed["undo"]).get_json()["events"]
    assert {event["comment"] for event in events} == set(ids)
    assert {(event["kind"], event["reason"], event["note"], event["version"]) for event in events} == {
        ("decided", "fine", "All three.", 2)
    }
    assert drift(newsroom) == []


def test_what_cannot_move_is_skipped(newsroom: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    other = open_site()
    foreign = other.pending()
    movable, gone, there = newsroom.pending(), newsroom.pending(), newsroom.approved()
    assert newsroom.decide(gone, "delete").status_code == 200
    ids = [movable, gone, there, foreign, new_id(), movable]
    assert counted(decided(newsroom, decision="approve", ids=ids)) == (1, 4)
    assert status_of(other, [foreign]) == {foreign: "pending"}
    assert counted(decided(newsroom, decision="approve", ids=ids)) == (0, 5)
    assert newsroom.moderation(f"comments/{there}").get_json()["version"] == 2
    assert drift(newsroom) == []


def test_ids_of_several_sites_are_decided_within_the_scope(
    app: Flask, newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other, third = open_site(), open_site()
    ids = [newsroom.pending(), other.pending(), third.pending(), newsroom.pending()]
    both = token_for(app, Role.MODERATOR, [newsroom.site, other.site])
    parsed = decided(newsroom, both, decision="spam", ids=ids)
    assert counted(parsed) == (3, 1)
    assert list(status_of(newsroom, ids).values()).count("spam") == 3
    mine = newsroom.moderation("events", decision=parsed["undo"]).get_json()["events"]
    theirs = other.moderation("events", decision=parsed["undo"]).get_json()["events"]
    assert (len(mine), len(theirs)) == (2, 1)
    # A moderator of one of the sites undoes what happened there; the other part stays for others to undo.
    assert post(other, f"undo/{parsed['undo']}").get_json()["restored"] == 1
    assert status_of(newsroom, ids)[ids[0]] == "spam"
    assert post(newsroom, f"undo/{parsed['undo']}", token=both).get_json()["restored"] == 2
    assert post(newsroom, f"undo/{parsed['undo']}", token=both).status_code == 409
    assert set(status_of(newsroom, ids).values()) == {"pending"}


def wheres(newsroom: Newsroom, chosen: str) -> dict[str, dict[str, Any]]:
    """A filter of each kind that matches the chosen comment and no other."""
    shown = newsroom.moderation(f"comments/{chosen}").get_json()
    return {
        "author": {"author": shown["author"]["id"]},
        "page": {"page": f"{ORIGIN}/chosen/#top"},
        "signal": {"signal": "test_check"},
        "campaign": {"campaign": "c" * 32},
        "q": {"q": "ÇOK güzel"},
        "times": {"after": shown["created_at"], "before": "2999-01-01T00:00:00Z"},
        "all": {"status": "pending", "site": newsroom.site, "q": "cok", "signal": "test_check"},
    }


@pytest.mark.parametrize("kind", ["author", "page", "signal", "campaign", "q", "times", "all"])
def test_a_filter_decides_what_the_queue_shows_for_it(newsroom: Newsroom, kind: str) -> None:
    others = [newsroom.pending() for _ in range(2)]
    chosen = newsroom.pending(body="Çok güzel.", page=f"{ORIGIN}/chosen")
    write(newsroom, chosen, campaign="c" * 32)
    signal(newsroom, chosen, "test_check")
    where = wheres(newsroom, chosen)[kind]
    total = newsroom.moderation("comments", **where).get_json()["total"]
    assert total == 1
    assert counted(decided(newsroom, decision="reject", where=where, expect=total)) == (1, 0)
    assert status_of(newsroom, [chosen, *others]) == {chosen: "rejected", **dict.fromkeys(others, "pending")}
    assert drift(newsroom) == []


def test_a_filter_means_pending_unless_it_says_a_status(newsroom: Newsroom) -> None:
    waiting, public = newsroom.pending(), newsroom.approved()
    parsed = decided(newsroom, decision="spam", where={"page": PAGE}, expect=1)
    assert counted(parsed) == (1, 0)
    assert status_of(newsroom, [waiting, public]) == {waiting: "spam", public: "approved"}
    where = {"page": PAGE, "status": "approved"}
    assert counted(decided(newsroom, decision="approve", where=where, expect=1)) == (0, 1)
    assert counted(decided(newsroom, decision="delete", where=where, expect=1)) == (1, 0)


@pytest.mark.parametrize("expect", [0, 1, 3, 10_000])
def test_nothing_moves_when_the_number_differs(newsroom: Newsroom, expect: int) -> None:
    ids = [newsroom.pending() for _ in range(2)]
    before = newsroom.moderation("events").get_json()
    answer = post(newsroom, "decisions", {"decision": "approve", "where": {"page": PAGE}, "expect": expect})
    assert answer.status_code == 412
    document = answer.get_json()
    assert document["type"] == "/problems/count-differs"
    assert (document["expected"], document["found"]) == (expect, 2)
    assert set(status_of(newsroom, ids).values()) == {"pending"}
    assert newsroom.moderation("events").get_json() == before


def test_an_empty_match_that_was_expected_decides_nothing(newsroom: Newsroom) -> None:
    body = {"decision": "approve", "where": {"author": new_id()}, "expect": 0}
    assert counted(decided(newsroom, **body)) == (0, 0)


def test_a_filter_never_reaches_another_site(
    app: Flask, newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    other = open_site()
    mine, foreign = newsroom.pending(), other.pending()
    where = {"page": PAGE}
    assert counted(decided(newsroom, decision="spam", where=where, expect=1)) == (1, 0)
    assert status_of(newsroom, [mine, foreign]) == {mine: "spam", foreign: "pending"}
    body = {"decision": "spam", "where": {**where, "site": other.site}, "expect": 1}
    assert post(newsroom, "decisions", body).status_code == 404
    for scope in ([newsroom.site, other.site], None):
        wide = token_for(app, Role.MODERATOR, scope)
        unsaid = {"decision": "spam", "where": where, "expect": 1}
        assert refused(newsroom, unsaid, wide) == [("where.site", "required")]
    assert counted(decided(newsroom, token_for(app, Role.MODERATOR, None), **body)) == (1, 0)
    assert status_of(newsroom, [foreign]) == {foreign: "spam"}


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, [("decision", "required")]),
        ({"decision": "approve"}, [("ids", "required")]),
        ({"decision": "approve", "ids": []}, [("ids", "invalid")]),
        ({"decision": "approve", "ids": ["a" * 32] * 501}, [("ids", "invalid")]),
        ({"decision": "approve", "ids": "a" * 32}, [("ids", "wrong_type")]),
        ({"decision": "approve", "ids": None}, [("ids", "required")]),
        (
            {"decision": "approve", "ids": ["a" * 32, "x", None]},
            [("ids.1", "invalid"), ("ids.2", "required")],
        ),
        ({"decision": "approve", "ids": ["a" * 32], "where": {"q": "x"}, "expect": 1}, [("ids", "conflict")]),
        ({"decision": "approve", "ids": ["a" * 32], "expect": 1}, [("expect", "conflict")]),
        ({"decision": "approve", "where": {"q": "x"}}, [("expect", "required")]),
        ({"decision": "approve", "where": {}, "expect": 1}, [("where", "required")]),
        ({"decision": "approve", "where": {"site": "x"}, "expect": 1}, [("where", "required")]),
        ({"decision": "approve", "where": {"q": "x"}, "expect": -1}, [("expect", "invalid")]),
        ({"decision": "approve", "where": {"q": "x"}, "expect": "1"}, [("expect", "wrong_type")]),
        ({"decision": "approve", "where": {"q": "x"}, "expect": 1.0}, [("expect", "wrong_type")]),
        ({"decision": "approve", "where": {"q": "x"}, "expect": 10_001}, [("expect", "too_many")]),
        (
            {"decision": "approve", "where": {"order": "risk"}, "expect": 1},
            [("where.order", "unknown_field")],
        ),
        (
            {"decision": "approve", "where": {"q": "\ud800"}, "expect": 1},
            [("where.q", "forbidden_character")],
        ),
        (
            {"decision": "approve", "where": {"site": "\ud800", "q": "x"}, "expect": 1},
            [("where.site", "invalid")],
        ),
        ({"decision": "approve", "where": {"status": "gone"}, "expect": 1}, [("where.status", "invalid")]),
        ({"decision": "approve", "where": {"after": 5}, "expect": 1}, [("where.after", "wrong_type")]),
        ({"decision": "approve", "where": ["q"], "expect": 1}, [("where", "wrong_type")]),
        ({"decision": "publish", "ids": ["a" * 32]}, [("decision", "invalid")]),
        ({"decision": "approve", "ids": ["a" * 32], "force": True}, [("force", "unknown_field")]),
    ],
)
def test_a_bad_body_is_refused_by_field(
    newsroom: Newsroom, body: Any, problems: list[tuple[str, str]]
) -> None:
    assert refused(newsroom, body) == problems


def test_ten_thousand_comments_are_one_decision_and_one_undo(newsroom: Newsroom) -> None:
    fill(newsroom, 10_000, pages=40, authors=300)
    late = newsroom.pending(body="Another one.")
    where = {"before": newsroom.moderation(f"comments/{late}").get_json()["created_at"]}
    parsed = decided(newsroom, decision="approve", where=where, expect=10_000)
    assert counted(parsed) == (10_000, 0)
    assert newsroom.moderation("comments", status="approved", limit=1).get_json()["total"] == 10_000
    assert post(newsroom, f"undo/{parsed['undo']}").get_json()["restored"] == 10_000
    assert newsroom.moderation("comments", limit=1).get_json()["total"] == 10_001
    answer = post(
        newsroom, "decisions", {"decision": "approve", "where": {"status": "pending"}, "expect": 10_000}
    )
    assert (answer.status_code, answer.get_json()["found"]) == (412, 10_001)


def test_whole_threads_leave_and_come_back_with_their_tombstones(newsroom: Newsroom) -> None:
    roots = [newsroom.approved() for _ in range(2)]
    replies = [newsroom.approved(parent=root) for root in roots for _ in range(2)]
    deeper = [newsroom.approved(parent=reply) for reply in replies]
    before = newsroom.read()["comments"]
    parsed = decided(newsroom, decision="delete", ids=[*deeper[:2], *replies[1:], roots[0]])
    assert counted(parsed) == (6, 0)
    assert drift(newsroom) == []
    second, first = newsroom.read()["comments"]
    # Of the first thread one reply is left, under a tombstone; in the second, tombstones hold the deepest.
    assert (first["id"], first["tombstone"]) == (roots[0], True)
    assert [(reply["id"], reply["tombstone"], reply["replies"]) for reply in first["replies"]] == [
        (replies[0], False, [])
    ]
    assert (second["id"], second["tombstone"]) == (roots[1], False)
    assert [(reply["id"], reply["tombstone"]) for reply in second["replies"]] == [
        (replies[2], True),
        (replies[3], True),
    ]
    assert [reply["replies"][0]["id"] for reply in second["replies"]] == deeper[2:]
    assert post(newsroom, f"undo/{parsed['undo']}").get_json()["restored"] == 6
    assert drift(newsroom) == []
    assert newsroom.read()["comments"] == before


def test_a_batch_takes_few_statements_however_many_replies_it_lists(newsroom: Newsroom) -> None:
    ids: list[str] = []
    for thread in range(3):
        page = f"{ORIGIN}/{thread}"
        root = newsroom.approved(page=page)
        ids += [newsroom.pending(page=page, parent=root) for _ in range(10)]
    statements = count_statements(newsroom, lambda: decided(newsroom, decision="approve", ids=ids))
    assert statements < 25
    assert drift(newsroom) == []


def count_statements(newsroom: Newsroom, call: Callable[[], object]) -> int:
    """How many statements the application sends to the database meanwhile."""
    seen: list[str] = []

    def sent(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    with newsroom.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", sent)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", sent)
    return len(seen)
