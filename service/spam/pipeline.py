"""From a new comment and the gathered facts to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.status import Status
from service.domain.verdict import Signal, Verdict, combined_score
from service.log import logger
from service.settings import Policy
from service.spam import wording
from service.spam.checks import (
    advert_words,
    author_history,
    ban,
    breaker,
    campaign,
    capitals,
    classifier,
    disposable_email,
    flood,
    form_age,
    honeypot,
    language,
    link_domains,
    links,
    look_alike_name,
    mixed_scripts,
    near_repeat,
    page_hold,
    repeated_body,
    repetition,
    rules,
    unlimited,
    velocity,
)

Check = Callable[[NewComment, Facts], Signal | None]

# The order is the order in which a moderator reads the evidence.
CHECKS: tuple[Check, ...] = (
    unlimited.check,
    flood.check,
    breaker.check,
    page_hold.check,
    ban.check,
    honeypot.check,
    rules.check,
    rules.watched,
    form_age.check,
    author_history.check,
    look_alike_name.check,
    disposable_email.check,
    velocity.check,
    repeated_body.check,
    near_repeat.check,
    campaign.check,
    links.check,
    link_domains.check,
    advert_words.check,
    mixed_scripts.check,
    capitals.check,
    repetition.check,
    language.check,
    classifier.check,
)

HOLD_FROM = 0.5
ALWAYS_HOLD = frozenset(
    {"unlimited", "flood", "page_hold", "breaker", "ban", "honeypot", "rules", "check_failed"}
)

#: Where something could not be computed, people decide.
UNSURE = frozenset({"unlimited", "check_failed"})


def judge(new: NewComment, facts: Facts, policy: Policy, checks: Sequence[Check] = CHECKS) -> Verdict:
    """Runs every check and keeps every signal; a check that fails is a signal itself, and holds the comment."""
    signals = tuple(signal for check in checks if (signal := _run(check, new, facts)) is not None)
    hold_from = facts.rules.hold_from if facts.rules else None
    return weigh(signals, Weighing(policy, facts.author_known, hold_from, rejects=_rejects(facts)))


@dataclass(frozen=True)
class Weighing:
    """What a site makes of evidence; `hold_from` is the newsroom's own threshold, None for the usual one.

    `rejects`: the site's filter is sure enough of this text to reject it by itself, and may.
    """

    policy: Policy
    author_known: bool
    hold_from: float | None = None
    rejects: bool = False


def weigh(signals: Sequence[Signal], by: Weighing) -> Verdict:
    """The verdict that follows from these signals."""
    signals = tuple(signals)
    score = combined_score(signals)
    if by.rejects and not any(signal.check in UNSURE for signal in signals):
        return Verdict(Status.SPAM, score, signals)
    held = _must_hold(signals, score, by)
    return Verdict(Status.PENDING if held else Status.APPROVED, score, signals)


def _rejects(facts: Facts) -> bool:
    """Whether the filter is as sure as it must be. Somebody whose comments were let through is never rejected so."""
    if facts.rejects_from is None or facts.reject_score is None or facts.author_known:
        return False
    return facts.reject_score >= facts.rejects_from


def _run(check: Check, new: NewComment, facts: Facts) -> Signal | None:
    try:
        return check(new, facts)
    except Exception as error:
        name = check.__module__.rpartition(".")[2]
        logger().error("check failed", check=name, kind=type(error).__name__)
        said = Message("signal.check_failed", {"check": Message(f"check.{name}")})
        return wording.signal("check_failed", 1, 0.0, said)


def _must_hold(signals: Sequence[Signal], score: float, by: Weighing) -> bool:
    if by.policy is Policy.HOLD_ALL or any(signal.check in ALWAYS_HOLD for signal in signals):
        return True
    if by.policy is Policy.PUBLISH_ALL:
        return False
    if by.policy is Policy.HOLD_NEW_AUTHORS and not by.author_known:
        return True
    return score >= (HOLD_FROM if by.hold_from is None else by.hold_from)
