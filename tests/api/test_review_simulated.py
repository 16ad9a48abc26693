"""A newsroom whose truth is known: its statistics hold it from a sample, and counting what was seen does not."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from service.domain.opinion import Classified, Opinion
from service.settings import Policy
from service.spam import review
from service.spam.classifier.shelf import Shelf
from tests.api.moderated import post
from tests.api.newsroom import Newsroom, bearer

COMMENTS = 400
SHARE = 0.3
SPAM, CAUGHT, WRONG = 0.3, 0.7, 0.05  # of all; of spam, of ham: what the filter holds


def test_the_intervals_hold_the_truth_of_all_though_only_a_part_was_seen(
    open_site: Callable[..., Newsroom], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    held = {True: CAUGHT, False: WRONG}
    truth = [(spam := chance.random() < SPAM, chance.random() < held[spam]) for _ in range(COMMENTS)]

    def classify(_shelf: Shelf, new: Any) -> Classified:
        caught = truth[int(new.body.split()[-1])][1]
        return Classified(Opinion(0.9 if caught else 0.1, 0.0, (), 1, "prior"))

    monkeypatch.setattr(Shelf, "classify", classify)
    monkeypatch.setattr(review, "lot", chance.random)
    newsroom = open_site(policy=Policy.HOLD_SIGNALS, review_share=SHARE)
    number = {newsroom.pending(body=f"Comment {n}"): n for n in range(COMMENTS)}
    seen = [
        comment["id"]
        for query in ({"status": "pending"}, {"review": "true"})
        for comment in listed(newsroom, **query)
    ]
    assert len(seen) < 0.6 * COMMENTS
    for decision, spam in (("spam", True), ("approve", False)):
        ids = [comment for comment in seen if truth[number[comment]][0] is spam]
        assert post(newsroom, "decisions", {"decision": decision, "ids": ids}).status_code == 200

    answer = newsroom.client.get("/v1/stats/spam", headers=bearer(newsroom.admin)).get_json()
    found = answer["filter"]
    caught = sum(held for _, held in truth)
    right = sum(spam and held for spam, held in truth)
    true = {
        "precision": right / caught,
        "recall": right / sum(spam for spam, _ in truth),
        "false_positive_rate": (caught - right) / sum(not spam for spam, _ in truth),
    }
    for name, value in true.items():
        low, high = found["intervals"][name]
        assert low <= value <= high, name
        assert high - low < 0.35, name
    naive = right / sum(truth[number[comment]][0] for comment in seen)
    assert naive > found["intervals"]["recall"][1]  # counting what was seen is not even within the interval


def listed(newsroom: Newsroom, **query: str) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = newsroom.moderation("comments", limit=100, **query, **cursor).get_json()
        shown += answer["comments"]
        if answer["next"] is None:
            return shown
        cursor = {"cursor": answer["next"]}
