"""Each spam check, on each side of each of its thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.status import Status
from service.domain.verdict import Signal, combined_score
from service.settings import Policy
from service.spam import pipeline
from service.spam.checks import (
    author_history,
    breaker,
    capitals,
    flood,
    mixed_scripts,
    page_hold,
    repeated_body,
    unlimited,
)
from tests.unit.comments import FACTS, NEW, with_body


@pytest.mark.parametrize(
    ("approved", "rejected", "spam", "fires"),
    [(0, 0, 1, False), (0, 1, 1, True), (1, 0, 1, True), (2, 1, 0, False), (2, 0, 2, True)],
)
def test_author_history_by_the_share_refused(approved: int, rejected: int, spam: int, fires: bool) -> None:
    facts = replace(FACTS, author_approved=approved, author_rejected=rejected, author_spam=spam)
    found = author_history.check(NEW, facts)
    assert (found is not None) is fires
    if found is not None:
        decided = approved + rejected + spam
        assert found.score == author_history.SCORE_MAX * (rejected + spam) / decided


@pytest.mark.parametrize(
    ("letters", "times", "score"),
    [(24, 5, None), (25, 0, None), (25, 1, 0.5), (25, 2, 0.5), (25, 3, 0.9)],
)
def test_repeated_text_by_length_and_number(letters: int, times: int, score: float | None) -> None:
    found = repeated_body.check(with_body("x" * letters), replace(FACTS, same_body_lately=times))
    assert (None if found is None else found.score) == score


@pytest.mark.parametrize(
    ("body", "fires"),
    [
        ("A" * 19, False),
        ("A" * 20, True),
        ("A" * 16 + "a" * 4, True),
        ("A" * 15 + "a" * 5, False),
        ("ہے" * 40, False),
    ],
)
def test_capitals_by_their_share(body: str, fires: bool) -> None:
    assert (capitals.check(with_body(body), FACTS) is not None) is fires


@pytest.mark.parametrize(
    ("name", "body", "fires"),
    [
        ("Ayşe", "plain words", False),
        ("Аyşe", "plain words", True),
        ("Ayşe", "cheap vіagra here", True),
        ("Ayşe", "Россия and Türkiye", False),
        ("Ayşe", "pakistan پاکستان", False),
        ("Ayşe", "πr", True),
    ],
)
def test_mixed_scripts_within_a_word(name: str, body: str, fires: bool) -> None:
    found = mixed_scripts.check(replace(NEW, name=name, body=body), FACTS)
    assert (found is not None) is fires
    if found is not None and found.span is not None:
        start, end = found.span
        assert not body[start:end].isascii()


def test_what_says_why_a_comment_waits_has_no_weight() -> None:
    degraded = unlimited.check(NEW, replace(FACTS, limits_degraded=True))
    flooded = flood.check(NEW, replace(FACTS, site_flooded=True))
    tripped = breaker.check(NEW, replace(FACTS, breaker_tripped=True))
    assert (tripped.score if tripped else None) == 0.0
    assert breaker.check(NEW, FACTS) is None
    assert degraded is not None
    assert flooded is not None
    assert (degraded.score, flooded.score) == (0.0, 0.0)
    assert unlimited.check(NEW, FACTS) is None
    assert flood.check(NEW, FACTS) is None


def signal(score: float) -> Signal:
    return Signal("test", 1, score, "Because.")


def test_evidence_adds_up_without_passing_one() -> None:
    assert combined_score([]) == 0
    assert combined_score([signal(0.5)]) == 0.5
    assert combined_score([signal(0.5), signal(0.5)]) == 0.75
    assert combined_score([signal(1.0), signal(0.5)]) == 1.0


@pytest.mark.parametrize(
    ("policy", "known", "score", "status"),
    [
        (Policy.HOLD_ALL, True, 0.0, Status.PENDING),
        (Policy.HOLD_NEW_AUTHORS, False, 0.0, Status.PENDING),
        (Policy.HOLD_NEW_AUTHORS, True, 0.49, Status.APPROVED),
        (Policy.HOLD_NEW_AUTHORS, True, 0.5, Status.PENDING),
        (Policy.HOLD_SIGNALS, False, 0.49, Status.APPROVED),
        (Policy.HOLD_SIGNALS, False, 0.5, Status.PENDING),
        (Policy.PUBLISH_ALL, False, 1.0, Status.APPROVED),
    ],
)
def test_policies(policy: Policy, known: bool, score: float, status: Status) -> None:
    facts = replace(FACTS, author_known=known)
    verdict = pipeline.judge(NEW, facts, policy, [lambda *_: signal(score)])
    assert verdict.status is status
    assert verdict.score == score


@pytest.mark.parametrize("policy", list(Policy))
@pytest.mark.parametrize("check", sorted(pipeline.ALWAYS_HOLD))
def test_some_signals_hold_whatever_the_policy(policy: Policy, check: str) -> None:
    verdict = pipeline.judge(NEW, FACTS, policy, [lambda *_: Signal(check, 1, 0.0, "Because.")])
    assert verdict.status is Status.PENDING


def test_every_check_runs_and_every_signal_is_kept() -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    verdict = pipeline.judge(
        NEW, FACTS, Policy.PUBLISH_ALL, [lambda *_: signal(0.9), broken, lambda *_: signal(0.1)]
    )
    assert [found.check for found in verdict.signals] == ["test", "check_failed", "test"]
    assert verdict.status is Status.PENDING


def test_a_held_page_holds_without_weight() -> None:
    held = page_hold.check(NEW, replace(FACTS, page_held=True))
    assert held is not None
    assert (held.check, held.score) == ("page_hold", 0.0)
    assert page_hold.check(NEW, FACTS) is None
