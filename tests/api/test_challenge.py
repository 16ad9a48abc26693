"""Proof of work: asked for under pressure and of those who can, good for one comment on one page, and once."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from altcha import v2
from flask import Flask
from werkzeug.test import TestResponse

from service import clock
from service.domain.challenge import Level
from service.jobs import retention
from service.privacy import challenges as made
from service.ratelimit.policies import LIMITS, Action
from service.settings import Policy
from service.storage.database import reading
from service.storage.models import UsedChallenge
from tests.api.newsroom import ORIGIN, PAGE, Newsroom, open_newsroom

EASY = {Level.LOW: (1, 3), Level.MEDIUM: (3, 5), Level.HIGH: (5, 7)}


@pytest.fixture(autouse=True)
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "COUNTERS", EASY)
    monkeypatch.setattr(made, "ITERATIONS", 10)


def given(newsroom: Newsroom, page: str = PAGE) -> dict[str, Any]:
    answer = newsroom.client.get("/v1/challenge", query_string={"site": newsroom.site, "page": page})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.get_json()
    return found


def solved(challenge: dict[str, Any]) -> str:
    """What altcha's own solver makes of it, as its clients send it."""
    read = v2.Challenge.from_dict(challenge)
    solution = v2.solve_challenge(read)
    assert solution is not None
    return str(v2.Payload(read, solution).to_base64())


def code(answer: TestResponse) -> str:
    assert answer.status_code == 422, answer.get_data(as_text=True)
    (problem,) = answer.get_json()["errors"]
    assert problem["field"] == "challenge"
    return str(problem["code"])


@pytest.fixture
def flooded(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """A site that publishes, one of whose pages has just received as much as goes through unseen."""
    app = make_app(limits_on=True)
    page = next(limit for limit in LIMITS if limit.name == "submit-page")
    others = [limit for limit in LIMITS if limit.action is Action.SUBMIT and limit.name != "submit-page"]
    limiter = app.extensions["belowline"].limiter
    monkeypatch.setitem(limiter._limits, Action.SUBMIT, [*others, replace(page, count=3)])
    newsroom = open_newsroom(app, policy=Policy.PUBLISH_ALL)
    assert [newsroom.submit().get_json()["comment"]["status"] for _ in range(3)] == ["approved"] * 3
    return newsroom


def test_a_solution_is_taken_once_whether_it_was_needed_or_not(newsroom: Newsroom) -> None:
    solution = solved(given(newsroom))
    assert newsroom.submit(challenge=solution).status_code == 201
    assert code(newsroom.submit(challenge=solution)) == "used"


def test_a_hundred_at_once_use_it_once(newsroom: Newsroom) -> None:
    solution = solved(given(newsroom))
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: newsroom.submit(challenge=solution), range(100)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 99}
    assert {code(answer) for answer in answers if answer.status_code == 422} == {"used"}
    assert newsroom.moderation("comments").get_json()["total"] == 1


def test_it_is_good_for_its_page_and_its_site_alone(
    newsroom: Newsroom, open_site: Callable[..., Newsroom]
) -> None:
    assert code(newsroom.submit(challenge=solved(given(newsroom)), page=f"{ORIGIN}/other")) == "other_page"
    assert code(newsroom.submit(challenge=solved(given(open_site())))) == "other_page"


@pytest.mark.parametrize("late", [True, False])
def test_it_is_good_for_ten_minutes(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, late: bool) -> None:
    solution = solved(given(newsroom))
    then = clock.now() + made.GOOD_FOR + timedelta(seconds=1 if late else -2)
    monkeypatch.setattr(clock, "now", lambda: then)
    answer = newsroom.submit(challenge=solution)
    assert (code(answer) == "expired") if late else answer.status_code == 201


def test_what_is_made_up_or_changed_is_refused(newsroom: Newsroom) -> None:
    challenge = given(newsroom)
    payload = json.loads(base64.b64decode(solved(challenge)))
    wrong = payload | {"solution": payload["solution"] | {"derivedKey": "00" * 32}}
    longer = payload | {"challenge": challenge | {"parameters": challenge["parameters"] | {"expiresAt": 9e9}}}
    unsigned = payload | {"challenge": {"parameters": challenge["parameters"]}}
    deep: Any = []
    for _ in range(250):
        deep = [deep]
    hostile: tuple[Any, ...] = (longer, unsigned, {}, [], "x", None, 7, {"challenge": deep, "solution": deep})
    encoded = [base64.b64encode(json.dumps(one).encode()).decode() for one in hostile]
    assert (
        code(newsroom.submit(challenge=base64.b64encode(json.dumps(wrong).encode()).decode())) == "unsolved"
    )
    for text in (*encoded, "x", "e30=", "ß", "A" * made.SOLUTION_MAX):
        assert code(newsroom.submit(challenge=text)) == "invalid", text[:60]
    assert code(newsroom.submit(challenge="A" * (made.SOLUTION_MAX + 1))) == "too_long"
    assert (
        newsroom.submit(challenge=base64.b64encode(json.dumps(payload).encode()).decode()).status_code == 201
    )


def test_nobody_is_asked_without_a_reason(newsroom: Newsroom) -> None:
    assert newsroom.submit(challenge="ask").status_code == 201


def test_a_full_page_asks_who_can_solve_and_the_same_comment_passes(flooded: Newsroom) -> None:
    comment = flooded.comment(challenge="ask")
    asked = flooded.client.post("/v1/comments", json=comment)
    assert asked.get_json()["type"] == "/problems/challenge-required"
    assert code(asked) == "required"
    solution = solved(asked.get_json()["challenge"])
    answer = flooded.client.post("/v1/comments", json=comment | {"challenge": solution})
    assert answer.get_json()["comment"]["status"] == "approved"


def test_a_full_page_holds_who_cannot_and_refuses_nobody(flooded: Newsroom) -> None:
    form = flooded.comment()
    assert flooded.client.post("/v1/comments", data=form).status_code == 303
    answers = [flooded.submit() for _ in range(80)]
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.get_json()["comment"]["status"] for answer in answers} == {"pending"}
    assert flooded.moderation("comments", signal="flood").get_json()["total"] == 81


def test_a_full_page_keeps_nobody_from_another(flooded: Newsroom) -> None:
    answer = flooded.submit(page=f"{ORIGIN}/quiet")
    assert answer.get_json()["comment"]["status"] == "approved"


def test_what_was_asked_of_one_comment_is_not_good_for_another(flooded: Newsroom) -> None:
    asked = flooded.submit(challenge="ask").get_json()["challenge"]
    assert code(flooded.submit(challenge=solved(asked))) == "other_comment"


def test_coming_back_with_the_work_is_not_counted_again(flooded: Newsroom) -> None:
    for number in range(5):
        comment = flooded.comment(challenge="ask", body=f"Number {number} of five in a row.")
        here = {"REMOTE_ADDR": "203.0.113.200"}
        asked = flooded.client.post("/v1/comments", json=comment, environ_overrides=here)
        solution = solved(asked.get_json()["challenge"])
        answer = flooded.client.post(
            "/v1/comments", json=comment | {"challenge": solution}, environ_overrides=here
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
    assert flooded.submit(address="203.0.113.200").status_code == 429


def test_suspicious_words_are_asked_for_work_and_wait_all_the_same(
    open_site: Callable[..., Newsroom],
) -> None:
    newsroom = open_site(policy=Policy.HOLD_SIGNALS)
    text = "The very same sentence, word for word, again and again."
    newsroom.submit(body=text)
    comment = newsroom.comment(body=text, challenge="ask")
    asked = newsroom.client.post("/v1/comments", json=comment)
    assert code(asked) == "required"
    solution = solved(asked.get_json()["challenge"])
    answer = newsroom.client.post("/v1/comments", json=comment | {"challenge": solution})
    assert answer.get_json()["comment"]["status"] == "pending"
    assert newsroom.submit(body=text).status_code == 201, "who cannot solve is not asked"


def test_the_worse_it_looks_the_more_work(flooded: Newsroom) -> None:
    def level(**fields: Any) -> int:
        asked = flooded.submit(challenge="ask", **fields).get_json()["challenge"]
        return int(asked["parameters"]["data"]["level"])

    text = "The very same sentence, word for word, again and again."
    flooded.submit(body=text)
    assert (level(), level(body=text)) == (Level.LOW, Level.MEDIUM)


def test_a_key_is_free_again_for_the_comment_with_the_work(flooded: Newsroom) -> None:
    comment, key = flooded.comment(challenge="ask"), {"Idempotency-Key": "one-click"}
    asked = flooded.client.post("/v1/comments", json=comment, headers=key).get_json()["challenge"]
    again = comment | {"challenge": solved(asked)}
    first, second = (flooded.client.post("/v1/comments", json=again, headers=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotency-Replayed"] == "true"


def test_who_was_asked_is_in_the_statistics(flooded: Newsroom) -> None:
    from service.jobs.flush import Flusher

    flooded.submit(challenge="ask")
    flooded.submit()
    Flusher(flooded.app.extensions["belowline"].hits, flooded.app.app_context).flush()
    totals = flooded.client.get(
        "/v1/stats/spam",
        query_string={"site": flooded.site},
        headers={"Authorization": f"Bearer {flooded.admin}"},
    ).get_json()["totals"]
    assert (totals["received"], totals["challenged"], totals["rate_limited"]) == (4, 1, 0)


def test_challenges_are_limited_too(flooded: Newsroom) -> None:
    asked = {"site": flooded.site, "page": PAGE}
    statuses = [flooded.client.get("/v1/challenge", query_string=asked).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


@pytest.mark.parametrize(("field", "status"), [("site", 404), ("page", 422)])
def test_a_challenge_for_nothing_is_refused(newsroom: Newsroom, field: str, status: int) -> None:
    asked = {"site": newsroom.site, "page": PAGE} | {field: "http:" if field == "page" else "nowhere"}
    assert newsroom.client.get("/v1/challenge", query_string=asked).status_code == status


def test_used_ones_are_forgotten_when_they_have_expired(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.submit(challenge=solved(given(newsroom)))

    def left() -> int:
        with newsroom.app.app_context():
            retention.drop_used_challenges(newsroom.app.extensions["belowline"], {})
            with reading() as session:
                return session.query(UsedChallenge).filter_by(site=newsroom.site).count()

    assert left() == 1
    later = clock.now() + made.GOOD_FOR + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert left() == 0


def test_the_real_work_takes_a_browser_a_moment(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    solution = solved(given(newsroom))
    counter = json.loads(base64.b64decode(solution))["solution"]["counter"]
    low, high = made.COUNTERS[Level.LOW]
    assert low <= counter < high
    assert len(solution) < made.SOLUTION_MAX / 2
    assert newsroom.submit(challenge=solution).status_code == 201
