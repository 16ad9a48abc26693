"""Counting while everything goes on: late commits, several at once, counting anew, comments that nobody sent."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from service.domain.ids import new_id
from service.domain.status import Status
from service.settings import Policy, Settings
from service.stats import catch_up as counting
from service.storage import rollups
from service.storage.database import reading, transaction
from service.storage.models import Comment, RollupSite, Uncounted
from tests.api.counted import (
    decide_meanwhile,
    decided_in,
    differences,
    open_transaction,
    queued,
    totals,
)
from tests.api.moderated import fill, post
from tests.api.newsroom import ORIGIN, Newsroom, bearer


def test_nothing_is_counted_before_it_is_asked_for_and_everything_then(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    newsroom.decide(comment, "spam", 2)
    assert queued(newsroom) == 3
    assert totals(newsroom)["spam"] == 1
    assert queued(newsroom) == 0
    assert differences(newsroom) == ()


def test_an_edit_takes_back_what_the_text_before_it_was_counted_as(newsroom: Newsroom) -> None:
    sent = newsroom.submit(body="Calm words about the talks.").get_json()
    newsroom.decide(sent["comment"]["id"], "approve")
    totals(newsroom)
    newsroom.client.patch(
        f"/v1/comments/{sent['comment']['id']}",
        json={"body": "NOT SO CALM WORDS ABOUT THE TALKS ANY MORE"},
        headers={"Authorization": f"Author {sent['author_token']}"},
    )
    assert totals(newsroom)["pending"] == 1
    assert differences(newsroom) == ()


def test_complaints_and_votes_queue_nothing(newsroom: Newsroom) -> None:
    comment = newsroom.approved()
    totals(newsroom)
    newsroom.client.put(f"/v1/comments/{comment}/vote", json={"value": 1})
    newsroom.client.post(f"/v1/comments/{comment}/reports", json={"reason": "spam"})
    assert queued(newsroom) == 0
    assert differences(newsroom) == ()


@pytest.mark.postgres
def test_a_change_that_is_committed_late_is_counted_late_and_once(
    newsroom: Newsroom, settings: Settings
) -> None:
    if settings.database_url is None:
        pytest.skip("SQLite has one writer: nothing is committed out of order")
    late, early = newsroom.pending(page=f"{ORIGIN}/1"), newsroom.pending(page=f"{ORIGIN}/2")
    with open_transaction(newsroom) as session:
        decided_in(session, newsroom, late)  # its event is older than the next one, its commit is not
        newsroom.decide(early, "approve")
        assert (totals(newsroom)["approved"], totals(newsroom)["pending"]) == (1, 1)
        session.commit()
    found = totals(newsroom)
    assert (found["approved"], found["spam"], found["pending"]) == (1, 1, 0)
    assert differences(newsroom) == ()


@pytest.mark.postgres
@pytest.mark.parametrize("early", [True, False])
def test_a_change_while_the_queue_is_looked_at_is_counted_once(
    newsroom: Newsroom, settings: Settings, monkeypatch: pytest.MonkeyPatch, early: bool
) -> None:
    if settings.database_url is None:
        pytest.skip("SQLite has one writer at a time")
    comment = newsroom.pending()
    totals(newsroom)
    newsroom.decide(comment, "approve")
    queue_of = rollups._queued

    def between(*arguments: Any) -> Any:
        monkeypatch.undo()
        before = queue_of(*arguments)
        decide_meanwhile(newsroom, comment, 2)
        return before if early else queue_of(*arguments)

    monkeypatch.setattr(rollups, "_queued", between)
    assert totals(newsroom)["received"] == 1
    assert differences(newsroom) == ()
    assert totals(newsroom)["spam"] == 1


@pytest.mark.postgres
def test_of_two_who_count_one_waits(newsroom: Newsroom, settings: Settings) -> None:
    if settings.database_url is None:
        pytest.skip("SQLite has one writer at a time")
    totals(newsroom)
    newsroom.pending()
    with ThreadPoolExecutor(1) as other:
        with open_transaction(newsroom) as session:
            rollups.lock(session, newsroom.site)
            second = other.submit(totals, newsroom)
            with pytest.raises(TimeoutError):
                second.result(0.5)
        assert second.result(10)["received"] == 1


def test_everything_at_once_is_counted_once(
    open_site: Callable[..., Newsroom], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COMMENTS_AT_ONCE", 3)
    newsroom = open_site(policy=Policy.HOLD_SIGNALS)
    done = threading.Event()
    failed: list[BaseException] = []

    def reader(seed: int) -> None:
        chance = random.Random(seed)
        for number in range(15):
            body = chance.choice(["Calm words.", "ALL CAPITALS IN THIS TEXT OF MINE"]) + f" {seed} {number}"
            sent = newsroom.submit(page=f"{ORIGIN}/{chance.randrange(3)}", body=body).get_json()
            author = {"Authorization": f"Author {sent['author_token']}"}
            path = f"/v1/comments/{sent['comment']['id']}"
            if chance.random() < 0.4:
                newsroom.client.patch(
                    path, json={"body": f"EDITED IN CAPITALS AFTERWARDS {number}"}, headers=author
                )
            if chance.random() < 0.2:
                newsroom.client.delete(path, headers=author)

    def moderator(seed: int) -> None:
        chance = random.Random(seed)
        token = newsroom.admin if seed % 2 else newsroom.moderator
        for _ in range(15):
            status = chance.choice(["pending", "approved"])
            found = newsroom.moderation("comments", status=status, limit=8).get_json()["comments"]
            ids = [comment["id"] for comment in found if chance.random() < 0.5]
            if ids:
                decision = chance.choice(["approve", "spam", "reject"])
                undo = post(newsroom, "decisions", {"decision": decision, "ids": ids}, token).get_json()[
                    "undo"
                ]
                if undo and chance.random() < 0.5:
                    post(newsroom, f"undo/{undo}", token=token)

    def count(anew: bool) -> None:
        while not done.wait(0.01):
            with newsroom.app.app_context():
                if anew:
                    counting.count_anew(newsroom.site)
                else:
                    counting.run(newsroom.app.extensions["belowline"], {})

    def kept(work: Callable[..., None], *arguments: Any) -> None:
        try:
            work(*arguments)
        except BaseException as error:
            failed.append(error)

    with ThreadPoolExecutor(8) as pool:
        counters = [pool.submit(kept, count, anew) for anew in (False, False, True)]
        others = [pool.submit(kept, reader, seed) for seed in range(3)]
        others += [pool.submit(kept, moderator, seed) for seed in range(2)]
        for other in others:
            other.result()
        done.set()
        for counter in counters:
            counter.result()
    assert failed == []
    assert totals(newsroom)["received"] == 45
    assert differences(newsroom) == ()


def test_a_long_queue_is_counted_in_parts(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    totals(newsroom)
    for _ in range(5):
        newsroom.approved()
    monkeypatch.setattr(counting, "COMMENTS_AT_ONCE", 2)
    monkeypatch.setattr(counting, "PARTS_MAX", 1)
    monkeypatch.setattr(counting, "PAUSES_SECONDS", (0.0,))
    busy = newsroom.client.get("/v1/stats/spam", headers=bearer(newsroom.admin))
    assert busy.status_code == 503
    assert queued(newsroom) == 6  # what was counted stays counted
    monkeypatch.setattr(counting, "PARTS_MAX", 9)
    assert totals(newsroom)["approved"] == 5
    assert differences(newsroom) == ()


def test_a_comment_that_is_gone_holds_nothing_up(newsroom: Newsroom) -> None:
    totals(newsroom)
    newsroom.pending()
    with newsroom.app.app_context(), transaction() as session:
        session.add(Uncounted(site=newsroom.site, comment_id=new_id(), event_id=new_id()))
    assert totals(newsroom)["received"] == 1
    assert queued(newsroom) == 0


def test_comments_that_nobody_sent_are_counted_by_their_status(newsroom: Newsroom) -> None:
    totals(newsroom)
    ids = fill(newsroom, 40)
    with newsroom.app.app_context():
        with transaction() as session:
            sent = [datetime.fromisoformat(f"2026-03-07T{9 + n % 2:02}:30:00+00:00") for n in range(40)]
            for comment_id, moment in zip(ids, sent, strict=True):
                comment = session.get_one(Comment, (newsroom.site, comment_id))
                comment.created_at = moment
            rollups.note_unsent(session, newsroom.site, Status.PENDING, sent)
        counting.catch_up(newsroom.site)
    post(newsroom, "decisions", {"decision": "spam", "ids": ids[:10]})
    answer = newsroom.client.get(
        "/v1/stats/spam", query_string={"from": "2026-03-07", "to": "2026-03-07", "bucket": "hour"},
        headers=bearer(newsroom.admin),
    ).get_json()  # fmt: skip
    assert [(p["received"], p["spam"]) for p in answer["series"] if p["received"]] == [(20, 5), (20, 5)]
    assert answer["filter"]["decided"] == 0  # the filter did not judge them
    assert answer["queue"]["pending"] == 30
    assert differences(newsroom) == ()


def test_the_job_counts_all_sites(newsroom: Newsroom, open_site: Callable[..., Newsroom]) -> None:
    rooms = [newsroom, open_site()]
    for room in rooms:
        room.pending()
    with newsroom.app.app_context():
        counting.run(newsroom.app.extensions["belowline"], {})
        with reading() as session:
            assert session.scalars(select(Uncounted)).all() == []
            for room in rooms:
                row = session.get_one(RollupSite, room.site)
                assert (row.counted_as, row.turn) == (counting.RULES, "")
