"""Counting everything anew: by one at a time, with the same result, and nothing that happens meanwhile is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from service import clock
from service.domain.ids import new_id
from service.stats import catch_up as counting
from service.stats.verify import verify
from service.storage import rollups
from service.storage.database import reading, transaction
from service.storage.models import Rollup
from tests.api.counted import (
    decide_meanwhile,
    differences,
    outdated,
    queued,
    totals,
)
from tests.api.moderated import post
from tests.api.newsroom import Newsroom, bearer


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
