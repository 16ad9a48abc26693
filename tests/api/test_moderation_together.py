"""Several moderators at once: each move happens once, nothing waits in a ring, and all counts stay true."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from service.settings import Settings
from service.storage import comments
from service.storage.database import transaction
from tests.api.moderated import drift, fill, post, status_of
from tests.api.newsroom import ORIGIN, Newsroom

ROUNDS = 12


def at_once(calls: Sequence[Callable[[], TestResponse]]) -> list[TestResponse]:
    """The answers to calls that start together."""
    start = threading.Barrier(len(calls))

    def call(one: Callable[[], TestResponse]) -> TestResponse:
        start.wait(10)
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def statuses(answers: Sequence[TestResponse]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_of_two_moderators_one_is_first(newsroom: Newsroom) -> None:
    for _ in range(ROUNDS):
        comment = newsroom.pending()
        answers = at_once(
            [
                lambda comment=comment: newsroom.decide(comment, "approve"),
                lambda comment=comment: newsroom.decide(comment, "reject", token=newsroom.admin),
            ]
        )
        assert statuses(answers) == [200, 412]
        first, second = sorted(answers, key=lambda answer: answer.status_code)
        shown, told = first.get_json()["comment"], second.get_json()
        assert (told["current_version"], told["current_status"]) == (2, shown["status"])
        assert status_of(newsroom, [comment]) == {comment: shown["status"]}
        (decided,) = newsroom.moderation("events", comment=comment, kind="decided").get_json()["events"]
        assert (told["changed_by"], told["changed_at"]) == (decided["actor"], decided["created_at"])
    assert drift(newsroom) == []


def test_a_batch_that_two_moderators_expect_is_decided_by_one(newsroom: Newsroom) -> None:
    for round_number in range(4):
        ids = [newsroom.pending(page=f"{ORIGIN}/{round_number}") for _ in range(8)]
        where = {"page": f"{ORIGIN}/{round_number}"}
        answers = at_once(
            [
                lambda word=word, where=where: post(
                    newsroom, "decisions", {"decision": word, "where": where, "expect": 8}
                )
                for word in ("approve", "spam")
            ]
        )
        assert statuses(answers) == [200, 412]
        first, second = sorted(answers, key=lambda answer: answer.status_code)
        assert (first.get_json()["decided"], second.get_json()["found"]) == (8, 0)
        assert len(set(status_of(newsroom, ids).values())) == 1
    assert drift(newsroom) == []


def test_a_decision_is_undone_once_by_two_at_once(newsroom: Newsroom) -> None:
    for _ in range(ROUNDS):
        comment = newsroom.pending()
        undo = newsroom.decide(comment, "approve").get_json()["undo"]
        answers = at_once([lambda undo=undo: post(newsroom, f"undo/{undo}")] * 2)
        assert statuses(answers) == [200, 409]
        assert newsroom.moderation(f"comments/{comment}").get_json()["version"] == 3
    assert drift(newsroom) == []


def test_undo_and_the_next_decision_do_not_both_happen(newsroom: Newsroom) -> None:
    for _ in range(ROUNDS):
        comment = newsroom.pending()
        undo = newsroom.decide(comment, "approve").get_json()["undo"]
        undone, decided = at_once(
            [
                lambda undo=undo: post(newsroom, f"undo/{undo}"),
                lambda comment=comment: newsroom.decide(comment, "spam", 2),
            ]
        )
        assert undone.status_code == 200
        if undone.get_json()["restored"]:
            assert (decided.status_code, decided.get_json()["change"]) == (412, "undone")
            assert status_of(newsroom, [comment]) == {comment: "pending"}
        else:
            assert decided.status_code == 200
            assert status_of(newsroom, [comment]) == {comment: "spam"}
    assert drift(newsroom) == []


def test_everything_at_once_waits_in_no_ring_and_keeps_all_counts(newsroom: Newsroom) -> None:
    roots = [newsroom.approved(page=f"{ORIGIN}/{page}") for page in range(5)]
    replies = [
        newsroom.pending(page=f"{ORIGIN}/{page}", parent=roots[page], email=f"w{n}@mail.example.org")
        for n in range(4)
        for page in range(5)
    ]
    everything = [*roots, *replies]

    def moderator(seed: int) -> list[int]:
        chance = random.Random(seed)
        seen: list[int] = []
        undoable: list[str] = []
        for _ in range(10):
            ids = chance.sample(everything, 8)
            decision = chance.choice(["approve", "reject", "spam"])
            answer = post(newsroom, "decisions", {"decision": decision, "ids": ids})
            undoable += [answer.get_json().get("undo")] * (answer.status_code == 200)
            seen.append(answer.status_code)
            one = chance.choice(everything)
            seen.append(newsroom.decide(one, "approve", chance.randrange(1, 12)).status_code)
            if undoable and (undo := undoable.pop(0)):
                seen.append(post(newsroom, f"undo/{undo}").status_code)
        return seen

    def reader(seed: int) -> list[int]:
        chance = random.Random(seed)
        seen: list[int] = []
        for number in range(12):
            page = chance.randrange(5)
            voted = newsroom.client.put(f"/v1/comments/{roots[page]}/vote", json={"value": 1})
            sent = newsroom.submit(page=f"{ORIGIN}/{page}", email=f"w{number % 4}@mail.example.org")
            seen += [voted.status_code, sent.status_code]
        return seen

    with ThreadPoolExecutor(6) as pool:
        moderators = [pool.submit(moderator, seed) for seed in range(4)]
        readers = [pool.submit(reader, seed) for seed in range(2)]
    assert {status for run in moderators for status in run.result()} <= {200, 409, 412}
    assert {status for run in readers for status in run.result()} <= {200, 201, 404}
    assert drift(newsroom) == []


@pytest.mark.postgres
def test_readers_write_on_while_a_moderator_is_at_work(newsroom: Newsroom, settings: Settings) -> None:
    if settings.database_url is None:
        pytest.skip("SQLite has one writer at a time")
    ids = fill(newsroom, 3)
    comment = newsroom.pending()
    with ThreadPoolExecutor(1) as reader, newsroom.app.app_context(), transaction() as session:
        comments.lock(session, newsroom.site, [*ids, comment])
        # The page is locked; a comment that is held changes nothing that its readers see, so it does not wait.
        assert reader.submit(newsroom.submit).result(10).status_code == 201


def test_applications_of_one_database_see_each_others_decisions(
    newsroom: Newsroom, make_app: Callable[..., Flask]
) -> None:
    other = Newsroom(make_app(), newsroom.site, newsroom.moderator, newsroom.admin)
    comment = newsroom.pending()
    assert other.read()["comments"] == []
    assert newsroom.decide(comment, "approve").status_code == 200
    assert [one["id"] for one in other.read()["comments"]] == [comment]
    assert other.decide(comment, "reject").status_code == 412
