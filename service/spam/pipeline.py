"""From a new comment and the gathered facts to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.status import Status
from service.domain.verdict import Signal, Verdict, combined_score
from service.log import logger
from service.settings import Policy
from service.spam.checks import (
    author_history,
    ban,
    campaign,
    capitals,
    classifier,
    flood,
    links,
    mixed_scripts,
    repeated_body,
    unlimited,
)

Check = Callable[[NewComment, Facts], Signal | None]

# The order is the order in which a moderator reads the evidence.
CHECKS: tuple[Check, ...] = (
    unlimited.check,
    flood.check,
    ban.check,
    author_history.check,
    repeated_body.check,
    campaign.check,
    links.check,
    mixed_scripts.check,
    capitals.check,
    classifier.check,
)

HOLD_FROM = 0.5
ALWAYS_HOLD = frozenset({"unlimited", "flood", "ban", "check_failed"})


def judge(new: NewComment, facts: Facts, policy: Policy, checks: Sequence[Check] = CHECKS) -> Verdict:
    """Runs every check and keeps every signal; a check that fails is a signal itself, and holds the comment."""
    signals = tuple(signal for check in checks if (signal := _run(check, new, facts)) is not None)
    score = combined_score(signals)
    held = _must_hold(signals, score, facts, policy)
    return Verdict(Status.PENDING if held else Status.APPROVED, score, signals)


def _run(check: Check, new: NewComment, facts: Facts) -> Signal | None:
    try:
        return check(new, facts)
    except Exception as error:
        name = check.__module__.rpartition(".")[2]
        logger().error("check failed", check=name, kind=type(error).__name__)
        return Signal("check_failed", 1, 0.0, f"The check {name} could not be computed.")


def _must_hold(signals: Sequence[Signal], score: float, facts: Facts, policy: Policy) -> bool:
    if policy is Policy.HOLD_ALL or any(signal.check in ALWAYS_HOLD for signal in signals):
        return True
    if policy is Policy.PUBLISH_ALL:
        return False
    if policy is Policy.HOLD_NEW_AUTHORS and not facts.author_known:
        return True
    return score >= HOLD_FROM
