"""Counting while everything goes on: late commits, several at once, counting anew, comments that nobody sent."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from service import clock
from service.domain.ids import new_id
from service.domain.status import Status
from service.settings import Policy, Settings
from service.stats import catch_up as counting
from service.stats.verify import verify
from service.storage import comments, events, rollups
from service.storage.database import Session, db, reading, transaction
from service.storage.events import Event
from service.storage.models import Comment, Rollup, RollupSite, Uncounted
from service.storage.models import Event as EventRow
from tests.api.moderated import fill, post
from tests.api.newsroom import ORIGIN, Newsroom, bearer


def totals(newsroom: Newsroom) -> dict[str, int]:
    answer = newsroom.client.get("/v1/stats/spam", headers=bearer(newsroom.admin))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, int] = answer.get_json()["totals"]
    return found


def differences(newsroom: Newsroom) -> tuple[str, ...]:
    with newsroom.app.app_context():
        return verify(newsroom.site).differences


def queued(newsroom: Newsroom) -> int:
    with newsroom.app.app_context(), reading() as session:
        return len(session.scalars(select(Uncounted.event_id).where(Uncounted.site == newsroom.site)).all())


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


@contextmanager
def open_transaction(newsroom: Newsroom) -> Iterator[Session]:
    """A transaction beside those of the service; PostgreSQL has many at once."""
    with newsroom.app.app_context(), Session(db.engine) as session:
        yield session


def decided_in(session: Session, newsroom: Newsroom, comment_id: str, actor: str = "late") -> None:
    """What a decision does to a comment and the log."""
    (comment,) = comments.lock(session, newsroom.site, [comment_id])
    before, changes = comment.status, comments.Changes(newsroom.site)
    comments.set_status(session, comment, Status.SPAM, changes)
    changes.write(session)
    decision = Event(
        site=newsroom.site,
        id=new_id(),
        kind="decided",
        actor=actor,
        comment_id=comment_id,
        decision_id=new_id(),
        before=before,
        after=Status.SPAM,
        version=comment.version,
        reason="",
        note="",
        detail={},
        created_at=clock.now(),
    )
    events.add(session, decision)
    session.flush()


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


def decide_meanwhile(newsroom: Newsroom, comment: str, version: int) -> None:
    """A decision through a connection of its own, in the middle of something."""
    with ThreadPoolExecutor(1) as other:
        assert other.submit(newsroom.decide, comment, "spam", version).result(10).status_code == 200


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


def test_a_change_while_all_is_counted_anew_is_counted_once(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment, count = newsroom.approved(), counting.from_raw

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.undo()
        counted = count(*arguments)
        decide_meanwhile(newsroom, comment, 2)
        return counted

    monkeypatch.setattr(counting, "from_raw", meanwhile)
    with newsroom.app.app_context():
        assert counting.count_anew(newsroom.site)
    assert queued(newsroom) == 1
    assert totals(newsroom)["spam"] == 1
    assert differences(newsroom) == ()


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


def test_counting_anew_gives_the_same_and_repairs(newsroom: Newsroom) -> None:
    for word in ("approve", "spam", "reject"):
        newsroom.decide(newsroom.pending(), word)
    before = totals(newsroom)
    with newsroom.app.app_context():
        with transaction() as session:
            session.execute(delete(Rollup).where(Rollup.site == newsroom.site, Rollup.key == "spam"))
        assert len(verify(newsroom.site).differences) == 1
        assert counting.count_anew(newsroom.site)
    assert totals(newsroom) == before
    assert differences(newsroom) == ()


def test_other_rules_mean_counting_anew(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.approved()
    totals(newsroom)
    with newsroom.app.app_context(), transaction() as session:
        session.execute(delete(Rollup).where(Rollup.site == newsroom.site))
    assert totals(newsroom)["received"] == 0
    monkeypatch.setattr(counting, "RULES", "others")
    assert totals(newsroom)["received"] == 1


def test_while_another_process_counts_anew_the_answer_is_to_come_back(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.pending()
    monkeypatch.setattr(counting, "PAUSES_SECONDS", (0.0, 0.0))
    with newsroom.app.app_context(), transaction() as session:
        row = rollups.lock(session, newsroom.site)
        row.turn, row.turn_at = new_id(), clock.now()
    busy = newsroom.client.get("/v1/stats/spam", headers=bearer(newsroom.admin))
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    later = clock.now() + counting.TURN + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)  # it died, and its turn is over
    assert totals(newsroom)["received"] == 1
    assert differences(newsroom) == ()


def test_what_is_erased_is_counted_as_deleted(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    email = "gone@mail.example.org"
    for body in ("CAPITALS AND A LINK: https://shop.example", "Calm words.", "Other calm words."):
        newsroom.decide(newsroom.pending(body=body, email=email), "approve")
    kept = newsroom.approved(body="My shop is https://other.example")
    assert totals(newsroom)["approved"] == 4
    undo = newsroom.decide(kept, "spam", 2).get_json()["undo"]
    erased = newsroom.client.post(
        "/v1/admin/privacy/erase",
        json={"site": newsroom.site, "email": email, "reason": "asked by letter"},
        headers=bearer(newsroom.admin),
    )
    assert erased.status_code == 200, erased.get_data(as_text=True)
    found = totals(newsroom)
    assert (found["received"], found["approved"], found["spam"]) == (4, 0, 1)
    post(newsroom, f"undo/{undo}")
    answer = newsroom.client.get("/v1/stats/spam", headers=bearer(newsroom.admin)).get_json()
    assert answer["totals"]["approved"] == 1
    assert answer["top_link_domains"] == [{"domain": "other.example", "comments": 1}]
    assert {line["fired"] for line in answer["checks"] if line["check"] == "capitals"} == {0}
    assert differences(newsroom) == ()


def test_an_erasure_while_all_is_counted_anew_is_not_lost(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.approved()
    count = counting.from_raw

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.undo()
        counted = count(*arguments)
        with ThreadPoolExecutor(1) as other:
            other.submit(outdated, newsroom).result(10)
        return counted

    monkeypatch.setattr(counting, "from_raw", meanwhile)
    with newsroom.app.app_context():
        assert not counting.count_anew(newsroom.site)
        with reading() as session:
            assert rollups.standing(session, newsroom.site).counted_as == ""
    assert totals(newsroom)["approved"] == 1


def outdated(newsroom: Newsroom) -> None:
    with newsroom.app.app_context(), transaction() as session:
        rollups.outdate(session, newsroom.site)


def test_a_turn_lasts_as_long_as_somebody_is_at_it(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        newsroom.pending()
    now, others = clock.now(), []
    monkeypatch.setattr(counting, "KEEP_TURN_EVERY", 1)
    keep_turn = counting._keep_turn

    def slowly(*arguments: str) -> None:
        nonlocal now
        now += counting.TURN * 0.9
        keep_turn(*arguments)
        others.append(counting._begin_turn(newsroom.site))

    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(counting, "_keep_turn", slowly)
    with newsroom.app.app_context():
        assert counting.count_anew(newsroom.site)
    assert others == [""] * 4
    assert totals(newsroom)["received"] == 4


def test_a_turn_that_failed_is_given_back(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.pending()

    def fails(*_: object) -> None:
        raise KeyError("on the way")

    with monkeypatch.context() as broken, newsroom.app.app_context():
        broken.setattr(rollups, "replace", fails)
        with pytest.raises(KeyError):
            counting.count_anew(newsroom.site)
    assert totals(newsroom)["received"] == 1


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


SENT = 3_000
SHARE_DRAWN = 0.05


def test_where_only_a_sample_is_reviewed_the_interval_holds_the_truth(
    open_site: Callable[..., Newsroom],
) -> None:
    """A site that publishes what is not held, and draws one in twenty of those for review."""
    newsroom = open_site(policy=Policy.HOLD_SIGNALS)
    chance = random.Random(11)
    ids = fill(newsroom, SENT)
    bad = {comment for comment in ids if chance.random() < 0.2}
    scores = {c: min(1.0, max(0.0, chance.gauss(0.62 if c in bad else 0.15, 0.2))) for c in ids}
    held = {c for c in ids if scores[c] >= 0.5}
    drawn = {c for c in ids if c not in held and chance.random() < SHARE_DRAWN}
    _judge(newsroom, scores, held, drawn)
    for decision, group in (("spam", (held | drawn) & bad), ("approve", (held | drawn) - bad)):
        for start in range(0, len(group), 500):
            post(newsroom, "decisions", {"decision": decision, "ids": sorted(group)[start : start + 500]})
    # Readers complain about some of the spam that came through: decisions by no plan, which must not count.
    reported = sorted((bad - held) - drawn)[:40]
    post(newsroom, "decisions", {"decision": "spam", "ids": reported})
    found = newsroom.client.get("/v1/stats/spam", headers=bearer(newsroom.admin)).get_json()["filter"]
    truth = {
        "precision": len(held & bad) / len(held),
        "recall": len(held & bad) / len(bad),
        "false_positive_rate": len(held - bad) / (SENT - len(bad)),
        "brier": sum((scores[c] - (c in bad)) ** 2 for c in ids) / SENT,
    }
    for name, value in truth.items():
        low, high = found["intervals"][name]
        assert low <= value <= high, name
        assert found[name] == pytest.approx(value, abs=0.12)
    assert (found["decided"], found["unseen"]) == (len(held | drawn), 0)
    seen = held | drawn
    naive = len(held & bad) / len(seen & bad)
    assert abs(naive - truth["recall"]) > 0.15
    assert not found["intervals"]["recall"][0] <= naive <= found["intervals"]["recall"][1]
    assert differences(newsroom) == ()


def _judge(newsroom: Newsroom, scores: dict[str, float], held: set[str], drawn: set[str]) -> None:
    """Writes what submitting would have written, had it drawn a sample."""
    now = clock.now()

    def event(comment: str, kind: str, version: int, **more: Any) -> dict[str, Any]:
        return {
            "site": newsroom.site,
            "id": new_id(),
            "kind": kind,
            "actor": "reader",
            "comment_id": comment,
            "version": version,
            "reason": "",
            "note": "",
            "detail": {},
            "created_at": now,
        } | more

    rows, public = [], [c for c in scores if c not in held | drawn]
    for comment, score in scores.items():
        review = 1.0 if comment in held else SHARE_DRAWN
        detail = {"score": score, "review_probability": review}
        rows.append(event(comment, "submitted", 1, before=None, after=Status.PENDING, detail=detail))
    for comment in public:
        rows.append(event(comment, "published", 2, before=Status.PENDING, after=Status.APPROVED))
    with newsroom.app.app_context(), transaction() as session:
        session.execute(insert(EventRow), rows)
        locked = comments.lock(session, newsroom.site, public)
        changes = comments.Changes(newsroom.site)
        for comment_row in locked:
            comments.set_status(session, comment_row, Status.APPROVED, changes)
        changes.write(session)
