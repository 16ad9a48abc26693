"""Working at the same time: what just happened, who looks at what, and counts that are true."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from service import clock
from service.domain.status import Status
from service.moderation.live import BACK, CHANGES_MAX, CLAIMED_FOR
from service.storage import drift, tallies
from service.storage.database import db, reading
from tests.api.moderated import fill, post
from tests.api.newsroom import Newsroom, bearer
from tests.api.signed_in import Person, hire


def live(newsroom: Newsroom, token: str | None = None) -> dict[str, object]:
    answer = newsroom.moderation("live", token)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    parsed: dict[str, object] = answer.get_json()
    return parsed


def look(person: Person, comment: str | None) -> int:
    return person.api("PUT", "/v1/moderation/look", json={"comment": comment}).status_code


def totals(newsroom: Newsroom) -> dict[Status, int]:
    with newsroom.app.app_context(), reading() as session:
        return {status: tallies.total(session, [newsroom.site], status) for status in Status}


def kept_wrong(newsroom: Newsroom) -> list[str]:
    with newsroom.app.app_context(), reading() as session:
        return list(drift.differences(session, newsroom.site))


def test_a_decision_is_told_with_who_and_when(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    newsroom.decide(comment, "spam")
    told = live(newsroom)
    decided, submitted = told["changes"]  # type: ignore[misc]
    assert (decided["comment"], decided["status"], decided["kind"], decided["version"]) == (
        comment,
        "spam",
        "decided",
        2,
    )
    assert decided["by"].startswith("token:")
    assert (submitted["kind"], submitted["status"]) == ("submitted", "pending")
    assert (told["pending"], told["truncated"], told["claims"]) == (0, False, [])


def test_what_is_longer_ago_is_told_no_more(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.pending()
    present = clock.now()
    monkeypatch.setattr(clock, "now", lambda: present + BACK - timedelta(seconds=1))
    assert len(live(newsroom)["changes"]) == 1  # type: ignore[arg-type]
    monkeypatch.setattr(clock, "now", lambda: present + BACK + timedelta(seconds=1))
    assert live(newsroom)["changes"] == []


def test_when_nothing_happened_the_answer_is_empty(newsroom: Newsroom) -> None:
    newsroom.pending()
    first = newsroom.moderation("live")
    again = newsroom.client.get(
        "/v1/moderation/live",
        headers=bearer(newsroom.moderator) | {"If-None-Match": first.headers["ETag"]},
    )
    assert (again.status_code, again.get_data()) == (304, b"")
    newsroom.pending()
    assert newsroom.moderation("live").headers["ETag"] != first.headers["ETag"]


def test_more_changes_than_are_listed_are_said_to_be_more(newsroom: Newsroom) -> None:
    ids = fill(newsroom, CHANGES_MAX + 1)
    assert live(newsroom)["truncated"] is False
    assert post(newsroom, "decisions", {"decision": "spam", "ids": ids}).status_code == 200
    told = live(newsroom)
    assert len(told["changes"]) == CHANGES_MAX  # type: ignore[arg-type]
    assert told["truncated"] is True


def test_what_somebody_looks_at_is_told_for_a_while(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = newsroom.pending(), newsroom.pending()
    anna, ben = hire(newsroom).sign_in(), hire(newsroom).sign_in()
    assert look(anna, first) == look(ben, first) == 204
    told = live(newsroom)["claims"]
    assert [(one["by"], one["comment"]) for one in told] == [  # type: ignore[attr-defined]
        (f"account:{anna.login}", first),
        (f"account:{ben.login}", first),
    ]
    assert look(anna, second) == 204
    told = live(newsroom)["claims"]
    assert [(one["by"], one["comment"]) for one in told] == [  # type: ignore[attr-defined]
        (f"account:{ben.login}", first),
        (f"account:{anna.login}", second),
    ]
    assert look(ben, None) == 204
    assert len(live(newsroom)["claims"]) == 1  # type: ignore[arg-type]
    present = clock.now()
    monkeypatch.setattr(clock, "now", lambda: present + CLAIMED_FOR)
    assert live(newsroom)["claims"] == []


def test_looking_on_keeps_the_time_when_it_began(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    anna = hire(newsroom).sign_in()
    look(anna, comment)
    (before,) = live(newsroom)["claims"]  # type: ignore[misc]
    look(anna, comment)
    (after,) = live(newsroom)["claims"]  # type: ignore[misc]
    assert after["since"] == before["since"]
    assert after["until"] > before["until"]


def test_nobody_looks_into_another_site(newsroom: Newsroom, open_site: object) -> None:
    other = open_site()  # type: ignore[operator]
    comment = other.pending()
    anna = hire(newsroom).sign_in()
    assert look(anna, comment) == 404
    assert newsroom.moderation("live", site=other.site).status_code == 404
    assert live(newsroom)["changes"] == []


def test_a_selection_skips_what_changed_since_it_was_seen(newsroom: Newsroom) -> None:
    first, second = newsroom.pending(), newsroom.pending()
    newsroom.decide(first, "approve")
    body = {"decision": "spam", "ids": [first, second], "versions": [1, 1]}
    answer = post(newsroom, "decisions", body).get_json()
    assert (answer["decided"], answer["skipped"]) == (1, 1)
    assert newsroom.moderation(f"comments/{first}").get_json()["status"] == "approved"


def test_versions_belong_to_ids_one_for_each(newsroom: Newsroom) -> None:
    comment = newsroom.pending()
    for wrong in (
        {"ids": [comment], "versions": [1, 2]},
        {"ids": [comment], "versions": []},
        {"ids": [comment], "versions": ["1"]},
        {"ids": [comment], "versions": [0]},
        {"where": {"author": comment}, "expect": 0, "versions": [1]},
    ):
        answer = post(newsroom, "decisions", {"decision": "spam", **wrong})
        assert answer.status_code == 422, wrong


def test_counts_follow_every_way_a_comment_goes(newsroom: Newsroom) -> None:
    ids = [newsroom.pending() for _ in range(4)]
    undo = newsroom.decide(ids[0], "approve").get_json()["undo"]
    newsroom.decide(ids[1], "spam")
    post(newsroom, "decisions", {"decision": "delete", "ids": ids[2:]})
    assert totals(newsroom) == {
        Status.PENDING: 0,
        Status.APPROVED: 1,
        Status.REJECTED: 0,
        Status.SPAM: 1,
        Status.DELETED: 2,
    }
    post(newsroom, f"undo/{undo}")
    assert totals(newsroom)[Status.PENDING] == 1
    assert newsroom.moderation("comments").get_json()["total"] == 1
    assert kept_wrong(newsroom) == []


def test_a_count_that_is_wrong_is_found(newsroom: Newsroom) -> None:
    newsroom.pending()
    with newsroom.app.app_context(), db.engine.begin() as connection:
        connection.execute(
            text("UPDATE tallies SET comments = comments + 2 WHERE site = :site"), {"site": newsroom.site}
        )
    assert kept_wrong(newsroom) == ["site pending: comments 3, not 1"]


def test_many_at_once_lose_no_count_and_wait_in_no_ring(newsroom: Newsroom) -> None:
    ids = [newsroom.pending() for _ in range(24)]
    wrong: list[int] = []

    def work(part: list[str]) -> None:
        for comment in part:
            answer = newsroom.decide(comment, "approve")
            if answer.status_code != 200:
                wrong.append(answer.status_code)
            newsroom.submit()

    threads = [threading.Thread(target=work, args=(ids[number::6],)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert totals(newsroom)[Status.APPROVED] == totals(newsroom)[Status.PENDING] == 24
    assert kept_wrong(newsroom) == []


def test_comments_are_found_by_their_language(newsroom: Newsroom) -> None:
    turkish = newsroom.pending(body="Bu haber çok güzel ve herkes bunu biliyor")
    newsroom.pending(body="This is the news that everybody knows")
    found = newsroom.moderation("comments", language="tr").get_json()
    assert [one["id"] for one in found["comments"]] == [turkish]
    assert (found["total"], found["comments"][0]["language"]) == (1, "tr")
    assert newsroom.moderation("comments", language="Türkçe").status_code == 422
