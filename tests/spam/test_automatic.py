"""When a site's filter may reject by itself: each condition, on both of its sides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.opinion import Opinion, Part
from service.domain.status import Status
from service.settings import Policy
from service.spam import pipeline
from service.spam.automatic import Standing, score_of, stand
from service.spam.review import Fate, fate
from service.storage.audits import Audited
from service.storage.sites import SiteProfile
from tests.unit.comments import FACTS, NEW

SITE = SiteProfile("paper", "Paper", "en", Policy.HOLD_ALL, (), 900, frozenset(), auto_reject=True)
SPAM, HAM = Audited(0.995, True, 1.0), Audited(None, False, 1.0)


def standing(*audited: Audited, **settings: object) -> Standing:
    return stand(audited, replace(SITE, **settings))  # type: ignore[arg-type]


def test_it_needs_a_hundred_decisions() -> None:
    assert standing(*[SPAM] * 80, *[HAM] * 20).not_yet == ()
    assert standing(*[SPAM] * 80, *[HAM] * 19).not_yet == ("too_few_decisions",)


def test_it_needs_twenty_spam() -> None:
    assert "too_few_spam" in standing(*[SPAM] * 19, *[HAM] * 200).not_yet
    assert "too_few_spam" not in standing(*[SPAM] * 20, *[HAM] * 200).not_yet


def test_its_precision_has_to_be_shown_by_its_lower_bound() -> None:
    assert standing(*[SPAM] * 73, *[HAM] * 200).not_yet == ()  # Wilson: 73 of 73 is at least 0.95
    assert standing(*[SPAM] * 72, *[HAM] * 200).not_yet == ("precision_not_shown",)


def test_what_is_fine_may_be_lost_only_within_the_budget() -> None:
    lost = Audited(0.995, False, 1.0)
    seen = [*[SPAM] * 500, *[HAM] * 199, lost]  # 1 of 200 is 0.5 %
    assert standing(*seen).not_yet == ()
    assert standing(*seen, false_positive_budget=0.004).not_yet == ("over_budget",)


def test_the_lowest_threshold_that_keeps_the_promise_is_taken() -> None:
    seen = [*[SPAM] * 100, *[HAM] * 100]
    assert standing(*seen).rejects_from == 0.8
    assert standing(*seen, *[Audited(0.85, False, 1.0)] * 4).rejects_from == 0.9


def test_those_drawn_stand_for_those_left_out() -> None:
    lost = Audited(0.995, False, 0.05)  # stands for twenty
    assert standing(*[SPAM] * 500, *[HAM] * 400).not_yet == ()
    assert set(standing(*[SPAM] * 500, *[HAM] * 400, lost).not_yet) == {"precision_not_shown", "over_budget"}


def test_it_must_be_switched_on_and_reviewed() -> None:
    seen = [*[SPAM] * 100, *[HAM] * 100]
    assert standing(*seen, auto_reject=False).not_yet == ("switched_off",)
    assert standing(*seen, review_share=0.0).not_yet == ("no_review",)
    assert standing(auto_reject=False).rejects_from is None


@pytest.mark.parametrize(
    ("model", "of_site", "score"), [(0, 4.0, None), (3, 4.0, 0.99), (3, 0.0, None), (3, -0.1, None)]
)
def test_the_prior_alone_never_rejects(model: int, of_site: float, score: float | None) -> None:
    parts = (Part("bias", 9.0, 0.0), Part("word", 0.0, of_site))
    assert score_of(Opinion(0.99, 9.0, parts, model, "prior")) == score
    assert score_of(None) is None


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.SPAM),
        ({"reject_score": 0.949}, Status.APPROVED),
        ({"rejects_from": None}, Status.APPROVED),
        ({"reject_score": None}, Status.APPROVED),
        ({"author_known": True}, Status.APPROVED),
        ({"limits_degraded": True}, Status.PENDING),
        ({"campaign_unknown": True}, Status.PENDING),
    ],
)
def test_it_rejects_from_its_threshold_on_and_never_what_it_is_not_sure_of(
    changes: dict[str, object], status: Status
) -> None:
    facts = replace(FACTS, **{"rejects_from": 0.95, "reject_score": 0.95, **changes})  # type: ignore[arg-type]
    assert pipeline.judge(NEW, facts, Policy.PUBLISH_ALL).status is status


@pytest.mark.parametrize(
    ("status", "lot", "expected"),
    [
        (Status.PENDING, 0.0, Fate(Status.PENDING, 1.0, sampled=True)),
        (Status.APPROVED, 0.0499, Fate(Status.APPROVED, 0.05, sampled=True, due=True)),
        (Status.APPROVED, 0.05, Fate(Status.APPROVED, 0.05, sampled=False)),
        (Status.SPAM, 0.0499, Fate(Status.PENDING, 0.05, sampled=True)),
        (Status.SPAM, 0.05, Fate(Status.SPAM, 0.05, sampled=False)),
    ],
)
def test_what_the_lot_decides(status: Status, lot: float, expected: Fate) -> None:
    assert fate(status, 0.05, lot) == expected
