"""The log as admins of a site ask for it: filtered, taken away as a file, and safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from service import clock
from tests.api.moderated import post
from tests.api.newsroom import Newsroom
from tests.corpora import payloads


def test_an_admin_of_all_sites_names_one(newsroom: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    other = open_site()
    assert newsroom.moderation("events/verification", site=other.site).status_code == 404


def test_filters_by_time_and_author(newsroom: Newsroom) -> None:
    first = newsroom.pending(email="a@mail.example.org")
    second = newsroom.pending(email="b@mail.example.org")
    author = newsroom.moderation(f"comments/{first}").get_json()["author"]["id"]
    newsroom.decide(first, "reject")
    post(newsroom, f"authors/{author}/reveal-email", {"reason": "A court asks."}, newsroom.admin)
    post(newsroom, "bans", {"author": author, "reason": "Again."})
    kinds = [event["kind"] for event in newsroom.moderation("events", author=author).get_json()["events"]]
    assert kinds == ["banned", "email_revealed", "decided", "submitted"]
    listed = newsroom.moderation("events").get_json()["events"]
    oldest = listed[-1]["created_at"]
    assert second in [event["comment"] for event in listed]
    later = newsroom.moderation("events", **{"from": listed[-2]["created_at"]}).get_json()["events"]
    assert later == listed[:-1]
    until = newsroom.moderation("events", to=listed[-2]["created_at"]).get_json()["events"]
    assert [event["created_at"] for event in until] == [oldest]
    tomorrow = (clock.now() + timedelta(days=3)).isoformat()
    assert newsroom.moderation("events", **{"from": tomorrow}).get_json()["events"] == []
    assert newsroom.moderation("events", author="0" * 32).get_json()["events"] == []
    assert newsroom.moderation("events", **{"from": "yesterday"}).status_code == 422


def test_the_log_is_taken_away_as_a_table_and_as_lines(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.moderation import event_routes

    monkeypatch.setattr(event_routes, "AT_ONCE", 2)
    for _ in range(5):
        newsroom.decide(newsroom.pending(), "reject", note="=1+1")
    listed = newsroom.moderation("events", limit=200).get_json()["events"]
    lines = newsroom.moderation("events.jsonl")
    assert lines.content_type.startswith("application/jsonl")
    assert [json.loads(line) for line in lines.get_data(as_text=True).splitlines()] == listed
    table = newsroom.moderation("events.csv", kind="decided")
    assert table.headers["Content-Disposition"].startswith('attachment; filename="audit-log-')
    rows = list(csv.DictReader(io.StringIO(table.get_data().decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [event["id"] for event in listed if event["kind"] == "decided"]
    assert {row["note"] for row in rows} == {"'=1+1"}


@pytest.mark.corpora
def test_no_note_becomes_a_formula(newsroom: Newsroom) -> None:
    hostile = payloads("csv_injection")
    taken = [
        note
        for note in hostile
        if newsroom.decide(newsroom.pending(), "reject", note=note).status_code == 200
    ]
    assert len(taken) > len(hostile) // 2
    table = newsroom.moderation("events.csv", kind="decided").get_data().decode("utf-8-sig")
    notes = [row["note"] for row in csv.DictReader(io.StringIO(table))]
    assert len(notes) == len(taken)
    assert [note for note in notes if not note.startswith("'") and not note[0].isalnum()] == []
