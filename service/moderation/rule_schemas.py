"""What the routes about rules take and give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from service.domain.comment import NOTE_MAX
from service.domain.errors import TextProblem
from service.domain.moment import moment
from service.domain.rules import (
    PATTERNS_MAX,
    RULES_MAX,
    VALUE_MAX,
    Effect,
    Measure,
    Rule,
    RuleKind,
    clean_value,
)
from service.domain.status import Status
from service.domain.text import clean_body
from service.moderation.answers import SAID
from service.moderation.schemas import about, slug
from service.settings import Policy
from service.threads.schemas import SLUG_MAX
from service.web.fields import MESSAGES, Answer, Choice, Cleaned, Id, Strict, Whole, problem

DEFAULT_LIMIT = 20
MAX_LIMIT = 100
REPLAY_DEFAULT = 500
REPLAY_MAX = 1_000
VERSIONS_MAX = 1_000_000_000
AT_LEAST_MAX = 100_000


class RuleInput(Strict):
    """`value` says what to look for; a threshold has `measure` and `at_least` in its place."""

    kind = Choice(RuleKind, required=True)
    value = Cleaned(
        str,
        max_length=VALUE_MAX,
        metadata=about(
            "A word (`casino`, or `casin*` for its beginning), a phrase, a domain and all below it, words of an "
            "author's name, or a pattern of RE2. Case, accents and letter variants do not matter."
        ),
    )
    effect = Choice(
        Effect, load_default=Effect.HOLD, metadata=about("`watch` only adds evidence: its `score`.")
    )
    score = fields.Float(load_default=0.5, validate=validate.Range(0, 1), error_messages=MESSAGES)
    measure = Choice(Measure)
    at_least = Whole(0, AT_LEAST_MAX, metadata=about("`capitals` and `score` are in percent."))

    @validates_schema(skip_on_field_errors=True)
    def whole(self, loaded: dict[str, Any], **_options: object) -> None:
        if not 0 <= loaded["score"] <= 1:  # NaN too
            raise _at("score", "invalid", "From 0 to 1.")
        threshold = loaded["kind"] is RuleKind.THRESHOLD
        for name in ("measure", "at_least"):
            if threshold and name not in loaded:
                raise _at(name, "required", "A threshold needs it.")
            if not threshold and name in loaded:
                raise _at(name, "conflict", "Only a threshold has it.")
        if threshold == bool(loaded.get("value")):
            raise _at("value", "conflict" if threshold else "required", "Every rule but a threshold has it.")
        percent = loaded.get("measure") in (Measure.CAPITALS, Measure.SCORE)
        if percent and loaded["at_least"] > 100:
            raise _at("at_least", "invalid", "In percent: 100 at most.")

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> Rule:
        value = loaded.get("value", "")
        if value:
            try:
                value = clean_value(loaded["kind"], value)
            except TextProblem as wrong:
                raise _at("value", wrong.code, wrong.message) from None
        score = loaded.get("measure") is Measure.SCORE
        return Rule(
            loaded["kind"],
            value,
            Effect.HOLD if score else loaded["effect"],
            float(loaded["score"]),
            loaded.get("measure"),
            loaded.get("at_least", 0),
        )


class RuleList(fields.List[Any]):
    """All rules of a site, each once."""

    default_error_messages = MESSAGES

    def __init__(self, **options: Any) -> None:
        length = validate.Length(0, RULES_MAX)
        super().__init__(fields.Nested(RuleInput, error_messages=MESSAGES), validate=length, **options)

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > RULES_MAX:
            raise problem("too_many", f"At most {RULES_MAX} rules.")
        taken: list[Rule] = super()._deserialize(value, attr, data, **options)  # type: ignore[assignment]
        found = list(dict.fromkeys(taken))
        if sum(rule.kind is RuleKind.PATTERN for rule in found) > PATTERNS_MAX:
            raise problem("too_many", f"At most {PATTERNS_MAX} patterns.")
        return found

    def _validate(self, value: Any) -> None:
        """Checked above, with our code; `validate` only describes it."""


def _at(field: str, wrong: str, message: str) -> ValidationError:
    return ValidationError([{"code": wrong, "message": message}], field_name=field)


def _site() -> Cleaned:
    return Cleaned(
        slug,
        max_length=SLUG_MAX,
        metadata=about("Needed when the credential reaches several sites."),
    )


def _note() -> Cleaned:
    return Cleaned(
        partial(clean_body, max_length=NOTE_MAX), max_length=NOTE_MAX, metadata=about("For the audit log.")
    )


class RulesQuery(Strict):
    site = _site()


class VersionsQuery(Strict):
    site = _site()
    below = Whole(1, VERSIONS_MAX, from_text=True, load_default=VERSIONS_MAX)
    limit = Whole(1, MAX_LIMIT, from_text=True, load_default=DEFAULT_LIMIT)


class RulesInput(Strict):
    site = _site()
    rules = RuleList(required=True)
    note = _note()


class RevertInput(Strict):
    site = _site()
    version = Whole(1, VERSIONS_MAX, required=True)
    note = _note()


@dataclass(frozen=True)
class SimulationWanted:
    """What to try on which comments, typed."""

    site: str
    since: datetime
    until: datetime
    rules: tuple[Rule, ...] | None
    policy: Policy | None
    assume: Policy | None
    before: str
    limit: int


def _moment(description: str, name: str) -> Cleaned:
    return Cleaned(moment, required=True, data_key=name, metadata=about(description, format="date-time"))


class SimulateInput(Strict):
    site = _site()
    since = _moment("Comments sent from then on.", "from")
    until = _moment("Comments sent before.", "to")
    rules = RuleList(metadata=about("Without them those in force."))
    policy = Choice(Policy, metadata=about("Without it the site's own."))
    assume = Choice(Policy, metadata=about("Weigh the rules in force as if the site had this policy, too."))
    before = Id()
    limit = Whole(1, REPLAY_MAX, load_default=REPLAY_DEFAULT, metadata=about("How many comments to look at."))

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> SimulationWanted:
        return SimulationWanted(
            site=loaded.get("site", ""),
            since=loaded["since"],
            until=loaded["until"],
            rules=tuple(loaded["rules"]) if "rules" in loaded else None,
            policy=loaded.get("policy"),
            assume=loaded.get("assume"),
            before=loaded.get("before", ""),
            limit=loaded["limit"],
        )


class RuleAnswer(Answer):
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in RuleKind]))
    value = fields.String(required=True, metadata=about("In the form that is compared."))
    effect = fields.String(required=True, validate=validate.OneOf([effect.value for effect in Effect]))
    score = fields.Float(required=True)
    measure = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([one.value for one in Measure])
    )
    at_least = fields.Integer(required=True)


class RulesAnswer(Answer):
    site = fields.String(required=True)
    version = fields.Integer(required=True, metadata=about("0 where none were saved yet."))
    rules = fields.List(fields.Nested(RuleAnswer), required=True)
    by = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    reverts_to = fields.Integer(required=True, allow_none=True)
    created_at = fields.DateTime(required=True, allow_none=True)


class VersionsAnswer(Answer):
    versions = fields.List(fields.Nested(RulesAnswer), required=True)
    next = fields.Integer(required=True, allow_none=True, metadata=about("The `below` of what follows."))


class DifferenceAnswer(Answer):
    comment = fields.String(required=True)
    body = fields.String(required=True)
    status = fields.String(
        required=True,
        validate=validate.OneOf([status.value for status in Status]),
        metadata=about("What it is now."),
    )
    before = fields.String(required=True, metadata=about("What the rules in force make of it."))
    after = fields.String(required=True, metadata=about("What the draft makes of it."))
    reason = fields.String(required=True)
    messages = SAID


class SimulationAnswer(Answer):
    looked_at = fields.Integer(required=True)
    changed = fields.List(fields.Nested(DifferenceAnswer), required=True)
    next = fields.String(required=True, allow_none=True, metadata=about("The `before` of what follows."))
