"""Idempotency-Key: sent twice, stored once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service import clock
from service.storage.idempotency import KEPT
from tests.api.newsroom import Newsroom

KEY = {"Idempotency-Key": "0b4e-77"}


def stored(newsroom: Newsroom) -> int:
    """How many comments the queue of this newsroom holds."""
    total: int = newsroom.moderation("comments", site=newsroom.site).get_json()["total"]
    return total


def test_sent_again_the_first_answer_comes_again(newsroom: Newsroom) -> None:
    sent = newsroom.comment()
    first = newsroom.client.post("/v1/comments", json=sent, headers=KEY)
    again = newsroom.client.post("/v1/comments", json=sent, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert stored(newsroom) == 1


def test_another_body_under_the_same_key_is_refused(newsroom: Newsroom) -> None:
    newsroom.submit(headers=KEY)
    answer = newsroom.submit(headers=KEY)
    assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/key-reused")
    assert stored(newsroom) == 1


def test_a_refused_request_gives_its_key_back(newsroom: Newsroom) -> None:
    sent = newsroom.comment()
    refused = newsroom.client.post("/v1/comments", json=sent | {"parent": "0" * 32}, headers=KEY)
    assert refused.status_code == 422
    assert newsroom.client.post("/v1/comments", json=sent, headers=KEY).status_code == 201


def test_keys_of_two_sites_do_not_meet(newsroom: Newsroom, open_site: object) -> None:
    other: Newsroom = open_site()  # type: ignore[operator]
    again = newsroom.submit(headers=KEY)
    assert again.status_code == 201, again.get_data(as_text=True)
    assert other.submit(headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "ş", "x" * 256])
def test_keys_that_are_none(newsroom: Newsroom, key: str) -> None:
    answer = newsroom.submit(headers={"Idempotency-Key": key.encode().decode("latin-1")})
    assert (answer.status_code, answer.get_json()["type"]) == (400, "/problems/malformed")


def test_a_key_is_free_again_after_a_day(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.submit(headers=KEY)
    later = clock.now() + KEPT + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = newsroom.submit(headers=KEY)
    assert again.status_code == 201, again.get_data(as_text=True)


def test_many_at_once_store_one(newsroom: Newsroom) -> None:
    sent = newsroom.comment()

    def post(_: int) -> tuple[int, str]:
        answer = newsroom.client.post("/v1/comments", json=sent, headers=KEY)
        return answer.status_code, answer.get_json().get("type", "")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(16)))
    assert set(answers) <= {(201, ""), (409, "/problems/in-flight")}
    assert (201, "") in answers
    assert stored(newsroom) == 1
