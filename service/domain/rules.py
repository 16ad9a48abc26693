"""A newsroom's own rules: words, phrases, linked domains, authors' names, patterns and thresholds.

Words are compared folded, whole, and in time linear in the text, as people read them: `domain.disguise` sees through
v1agra and v i a g r a. Patterns run on RE2, which is linear too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Final

import re2

from service.domain import disguise, markup
from service.domain.errors import TextProblem
from service.domain.linked import linked_domains
from service.domain.text import clean_line
from service.domain.url import ascii_host

RULES_MAX: Final = 500
PATTERNS_MAX: Final = 50
VALUE_MAX: Final = 200
PHRASE_WORDS_MAX: Final = 10
PREFIX_MIN: Final = 3
_PATTERN_BYTES: Final = 1 << 20

Span = tuple[int, int]


class RuleKind(StrEnum):
    WORD = "word"
    PHRASE = "phrase"
    LINK = "link"
    AUTHOR = "author"
    PATTERN = "pattern"
    THRESHOLD = "threshold"


class Effect(StrEnum):
    """`hold`: waits under every policy. `watch`: counts as evidence with the rule's score."""

    HOLD = "hold"
    WATCH = "watch"


class Measure(StrEnum):
    """What a threshold looks at; `capitals` and `score` are in percent."""

    LINKS = "links"
    CHARACTERS = "characters"
    CAPITALS = "capitals"
    SCORE = "score"


@dataclass(frozen=True)
class Rule:
    """`value` is the folded or canonical form; thresholds have a `measure` and `at_least` in its place.

    A threshold on the score says from how much evidence on comments wait; its effect is always to hold.
    """

    kind: RuleKind
    value: str = ""
    effect: Effect = Effect.HOLD
    score: float = 0.5
    measure: Measure | None = None
    at_least: int = 0

    def document(self) -> dict[str, Any]:
        """The rule as it is stored and shown."""
        return {
            "kind": self.kind.value,
            "value": self.value,
            "effect": self.effect.value,
            "score": self.score,
            "measure": self.measure.value if self.measure else None,
            "at_least": self.at_least,
        }


def rule_of(document: dict[str, Any]) -> Rule:
    """The rule that was stored."""
    measure = document["measure"]
    return Rule(
        RuleKind(document["kind"]),
        document["value"],
        Effect(document["effect"]),
        float(document["score"]),
        Measure(measure) if measure else None,
        int(document["at_least"]),
    )


def clean_value(kind: RuleKind, raw: str) -> str:
    """The form in which a rule of this kind compares. Raises TextProblem: required, too_long, invalid."""
    line = clean_line(raw, VALUE_MAX)
    if kind is RuleKind.LINK:
        return ascii_host(line.removeprefix("www."))
    if kind is RuleKind.PATTERN:
        _compiled(line)
        return line
    words = tuple(word for word, _ in disguise.words(line))
    if kind is RuleKind.WORD:
        prefix = line.endswith("*")
        if len(words) != 1 or (prefix and len(words[0]) < PREFIX_MIN):
            raise TextProblem("invalid", f"One word; with * at its end, of {PREFIX_MIN} letters at least.")
        return words[0] + "*" * prefix
    if not 1 <= len(words) <= PHRASE_WORDS_MAX:
        raise TextProblem("invalid", f"1 to {PHRASE_WORDS_MAX} words.")
    return " ".join(words)


@dataclass(frozen=True)
class Match:
    """A rule that a comment meets; `span` is in the body, in code points."""

    rule: Rule
    span: Span | None = None


@dataclass(frozen=True)
class RuleBook:
    """The rules of one version, ready to be asked."""

    rules: tuple[Rule, ...] = ()
    version: int = 0
    _phrases: dict[tuple[str, ...], Rule] = field(default_factory=dict)
    _prefixes: dict[str, Rule] = field(default_factory=dict)
    _names: dict[tuple[str, ...], Rule] = field(default_factory=dict)
    _in_body: disguise.Wanted = field(default_factory=disguise.Wanted, compare=False)
    _in_name: disguise.Wanted = field(default_factory=disguise.Wanted, compare=False)

    @classmethod
    def of(cls, rules: Sequence[Rule], version: int = 0) -> RuleBook:
        """The book of these rules."""
        book = cls(tuple(rules), version)
        for rule in rules:
            if rule.kind is RuleKind.WORD and rule.value.endswith("*"):
                book._prefixes[rule.value[:-1]] = rule
            elif rule.kind in (RuleKind.WORD, RuleKind.PHRASE):
                book._phrases[tuple(rule.value.split(" "))] = rule
                book._in_body.add(tuple(rule.value.split(" ")))
            elif rule.kind is RuleKind.AUTHOR:
                book._names[tuple(rule.value.split(" "))] = rule
                book._in_name.add(tuple(rule.value.split(" ")))
        return book

    @property
    def hold_from(self) -> float | None:
        """The evidence in [0, 1] from which on comments wait, where a rule says so."""
        found = [rule.at_least for rule in self.rules if rule.measure is Measure.SCORE]
        return min(found) / 100 if found else None

    def matches(self, name: str, body: str, website: str) -> list[Match]:
        """Every rule that a comment meets, each once, in the order of the rules."""
        if not self.rules:
            return []
        found: dict[Rule, Match] = {}
        for match in self._all(name, body, website):
            found.setdefault(match.rule, match)
        return [found[rule] for rule in self.rules if rule in found]

    def _all(self, name: str, body: str, website: str) -> Iterator[Match]:
        if self._phrases or self._prefixes:
            for reading in disguise.readings(body):
                for found in self._in_body.found_in(reading):
                    yield Match(self._phrases[found.run], found.span)
                yield from self._beginning(reading)
        if self._names:
            for reading in disguise.readings(name):
                yield from (Match(self._names[found.run]) for found in self._in_name.found_in(reading))
        for rule in self.rules:
            if rule.kind is RuleKind.LINK and _links_to(rule.value, linked_domains(body, website)):
                yield Match(rule)
            elif rule.kind is RuleKind.PATTERN and (hit := _compiled(rule.value).search(body)):
                yield Match(rule, hit.span())
            elif (
                rule.measure
                and rule.measure is not Measure.SCORE
                and _measured(rule.measure, body) >= rule.at_least
            ):
                yield Match(rule)

    def _beginning(self, reading: disguise.Reading) -> Iterator[Match]:
        lengths = {len(prefix) for prefix in self._prefixes}
        for at, word in enumerate(reading.words):
            for length in lengths:
                rule = self._prefixes.get(word[:length])
                if rule is not None and len(word) >= length:
                    yield Match(rule, reading.spans[at])


@cache
def _options() -> Any:
    options = re2.Options()
    options.max_mem = _PATTERN_BYTES
    options.case_sensitive = False
    options.log_errors = False
    return options


def _compiled(pattern: str) -> Any:
    """Raises TextProblem for what RE2 does not take, such as back references."""
    try:
        return re2.compile(pattern, _options())
    except re2.error:
        raise TextProblem(
            "invalid", "This is not a pattern of RE2 (no look-around, no back references)."
        ) from None


def _links_to(domain: str, linked: Sequence[str]) -> bool:
    return any(one == domain or one.endswith(f".{domain}") for one in linked)


def _measured(measure: Measure, body: str) -> int:
    if measure is Measure.LINKS:
        return len(markup.links(body))
    if measure is Measure.CHARACTERS:
        return len(body)
    upper = sum(c.isupper() for c in body)
    return 100 * upper // max(1, upper + sum(c.islower() for c in body))
