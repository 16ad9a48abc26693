"""The newsroom's own rules."""

from __future__ import annotations

from service.domain.comment import NewComment
from service.domain.facts import Facts
from service.domain.message import Message
from service.domain.rules import Effect, Match, Rule, RuleBook
from service.domain.verdict import Signal
from service.spam.wording import signal

NAME_HOLD = "rules"
NAME_WATCH = "watched"
SCORE_HOLD = 0.5
SHOWN = 3


class RulesUnknown(Exception):
    """The site has rules, and they could not be read."""


def check(new: NewComment, facts: Facts) -> Signal | None:
    """What a rule holds waits under every policy. Raises RulesUnknown, which holds the comment."""
    return hold(_book(facts), new.name, new.body, new.website)


def watched(new: NewComment, facts: Facts) -> Signal | None:
    """What a rule watches is evidence with the highest score of those rules. Raises RulesUnknown."""
    return watch(_book(facts), new.name, new.body, new.website)


def hold(book: RuleBook, name: str, body: str, website: str) -> Signal | None:
    """The signal of the rules that hold."""
    found = [match for match in book.matches(name, body, website) if match.rule.effect is Effect.HOLD]
    return _signal(NAME_HOLD, SCORE_HOLD, found) if found else None


def watch(book: RuleBook, name: str, body: str, website: str) -> Signal | None:
    """The signal of the rules that watch."""
    found = [match for match in book.matches(name, body, website) if match.rule.effect is Effect.WATCH]
    return _signal(NAME_WATCH, max(match.rule.score for match in found), found) if found else None


def _book(facts: Facts) -> RuleBook:
    if facts.rules is None:
        raise RulesUnknown
    return facts.rules


def _signal(name: str, score: float, found: list[Match]) -> Signal:
    said = [Message("signal.rules.met", {"rules": tuple(_named(match.rule) for match in found[:SHOWN])})]
    if len(found) > SHOWN:
        said.append(Message("signal.rules.more", {"count": len(found) - SHOWN}))
    span = next((match.span for match in found if match.span), None)
    return signal(name, 1, score, *said, span=span)


def _named(rule: Rule) -> Message:
    if rule.measure is not None:
        return Message(f"signal.rules.{rule.measure}", {"least": rule.at_least})
    return Message(f"signal.rules.{rule.kind}", {"value": rule.value})
