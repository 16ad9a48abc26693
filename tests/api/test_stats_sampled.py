"""Where only a sample is reviewed, the intervals of the statistics hold the truth of all."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import insert

from service import clock
from service.domain.ids import new_id
from service.domain.status import Status
from service.settings import Policy
from service.storage import comments
from service.storage.database import transaction
from service.storage.models import Event as EventRow
from tests.api.counted import (
    differences,
)
from tests.api.moderated import fill, post
from tests.api.newsroom import Newsroom, bearer

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
