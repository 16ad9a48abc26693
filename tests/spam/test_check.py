"""The check of the classifier: from one half on it speaks and holds; it never rejects, and no failure lets through."""

from __future__ import annotations

import pytest

from service.domain.comment import NewComment
from service.domain.email import EmailAddress
from service.domain.facts import Facts
from service.domain.opinion import Classified, Opinion, Part
from service.domain.page import PageKey
from service.domain.status import Status
from service.settings import Policy
from service.spam.checks import classifier
from service.spam.checks.classifier import FIRES_FROM, ClassifierFailed
from service.spam.pipeline import judge

BODY = "subscribe to my channel"
NEW = NewComment(
    "paper", PageKey("https://a.example/", None), "", None, "A", EmailAddress("", "", ""), "", BODY
)


def opinion(probability: float) -> Opinion:
    parts = (
        Part("bias", -1.0, 0.0),
        Part("signal", 0.5, 0.2, "phrase_own_channel"),
        Part("word", 0.1, 0.1, "", (0, 9)),
        Part("word", -0.4, 0.1, "", (10, 12)),
        Part("word", 0.1, 0.9, "", (16, 23)),
    )
    return Opinion(probability, 0.0, parts, 3, "2026-11-24")


def facts(classified: Classified) -> Facts:
    return Facts(True, 1, 0, 0, 0, "en", False, False, classified=classified)


def test_it_fires_from_one_half_on() -> None:
    assert classifier.check(NEW, facts(Classified(opinion(FIRES_FROM - 1e-9)))) is None
    signal = classifier.check(NEW, facts(Classified(opinion(FIRES_FROM))))
    assert signal is not None
    assert (signal.check, signal.score, signal.span) == ("classifier", FIRES_FROM, (16, 23))


def test_the_reason_names_the_strongest_words_and_signs() -> None:
    signal = classifier.check(NEW, facts(Classified(opinion(0.876))))
    assert signal is not None
    assert signal.reason == (
        "Reads like spam with a probability of 87 %. Most of all for the words “channel”, “subscribe”. "
        "Signs of it: speaks of a channel or page of its own."
    )


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        (Policy.HOLD_SIGNALS, Status.PENDING),
        (Policy.HOLD_NEW_AUTHORS, Status.PENDING),
        (Policy.PUBLISH_ALL, Status.APPROVED),
    ],
)
def test_it_holds_and_never_rejects(policy: Policy, status: Status) -> None:
    verdict = judge(NEW, facts(Classified(opinion(1.0))), policy, [classifier.check])
    assert verdict.status is status


def test_without_a_model_it_says_nothing() -> None:
    verdict = judge(NEW, facts(Classified()), Policy.HOLD_SIGNALS, [classifier.check])
    assert (verdict.status, verdict.signals) == (Status.APPROVED, ())


def test_a_failure_holds() -> None:
    with pytest.raises(ClassifierFailed):
        classifier.check(NEW, facts(Classified(failed=True)))
    verdict = judge(NEW, facts(Classified(failed=True)), Policy.PUBLISH_ALL, [classifier.check])
    assert verdict.status is Status.PENDING
    assert [signal.check for signal in verdict.signals] == ["check_failed"]
