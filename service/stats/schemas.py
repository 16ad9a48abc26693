"""What the routes of the statistics take and give."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar

from marshmallow import Schema, fields, post_load, validate

from service.spam.automatic import NOT_YET
from service.stats.period import Bucket, Wanted, beginning, ending
from service.stats.tables import ModerationTable, SpamTable
from service.threads.schemas import SLUG_MAX, slug
from service.web.fields import Answer, Choice, Cleaned, Strict

_WHOLE_HOURS = "Times are widened to whole hours of UTC."


class StatisticsQuery(Strict):
    site = Cleaned(
        slug,
        load_default="",
        max_length=SLUG_MAX,
        metadata={"description": "A site of the credential; needed when it reaches several."},
    )
    since = Cleaned(
        beginning,
        data_key="from",
        load_default=None,
        metadata={
            "description": "A time (RFC 3339), or a date for its beginning in UTC; by default 29 days before `to`. "
            + _WHOLE_HOURS
        },
    )
    until = Cleaned(
        ending,
        data_key="to",
        load_default=None,
        metadata={
            "description": "A time (RFC 3339), not included, or a date, included; by default now. "
            + _WHOLE_HOURS
        },
    )
    bucket = Choice(Bucket, load_default=Bucket.DAY)

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> Any:
        return Wanted(**loaded)


Part = TypeVar("Part", bound=StrEnum)


@dataclass(frozen=True)
class PartWanted(Generic[Part]):
    """A period, and which part of its statistics."""

    wanted: Wanted
    part: Part


class Chart(StrEnum):
    RECEIVED = "received"
    REFUSED = "refused"
    CALIBRATION = "calibration"
    QUEUE_AGE = "queue_age"
    DECISION_TIME = "decision_time"


class ModerationChart(StrEnum):
    DECISIONS = "decisions"


class _PartQuery(StatisticsQuery):
    part = ""

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> Any:
        part = loaded.pop(self.part)
        return PartWanted(Wanted(**loaded), part)


class SpamTableQuery(_PartQuery):
    part = "table"
    table = Choice(SpamTable, load_default=SpamTable.SERIES)


class ModerationTableQuery(_PartQuery):
    part = "table"
    table = Choice(ModerationTable, load_default=ModerationTable.MODERATORS)


class ChartQuery(_PartQuery):
    part = "chart"
    chart = Choice(Chart, load_default=Chart.RECEIVED)


class ModerationChartQuery(_PartQuery):
    part = "chart"
    chart = Choice(ModerationChart, load_default=ModerationChart.DECISIONS)


def _whole(description: str = "") -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description} if description else {})


def _number(description: str) -> fields.Float:
    return fields.Float(required=True, allow_none=True, metadata={"description": description})


def _start() -> fields.DateTime:
    return fields.DateTime(required=True, metadata={"description": "When the bucket begins, in UTC."})


def _too_few() -> fields.Boolean:
    return fields.Boolean(
        required=True, metadata={"description": "Fewer than 30 were reviewed: the figures are null."}
    )


def _interval() -> fields.List[Any]:
    return fields.List(
        fields.Float(),
        required=True,
        allow_none=True,
        validate=validate.Length(2, 2),
        metadata={"description": "The ends of the 95 % interval."},
    )


def _intervals(*names: str) -> fields.Nested:
    return fields.Nested(_of_intervals(names), required=True)


@cache
def _of_intervals(names: tuple[str, ...]) -> type[Schema]:
    return Schema.from_dict({name: _interval() for name in names}, name="Intervals" + "".join(names).title())


class StatusCounts(Answer):
    approved = _whole()
    pending = _whole()
    rejected = _whole()
    spam = _whole()


class SpamCounts(StatusCounts):
    received = _whole("Comments sent in this time; those that are deleted now are in no other number.")
    rate_limited = _whole("Comments not taken because of a rate limit.")
    challenged = _whole("Comments asked for a proof of work.")


class SpamPoint(SpamCounts):
    start = _start()


class CheckCounts(Answer):
    check = fields.String(required=True)
    fired = _whole("Comments in which it found something.")
    confirmed = _whole("Of those, rejected or marked as spam by a moderator.")
    overturned = _whole("Of those, approved by a moderator.")
    precision = _number("The share confirmed, of all in which it fired.")
    too_few = _too_few()
    intervals = _intervals("precision")


class CalibrationBin(Answer):
    n = _whole("Reviewed comments with a score from `from` up to `to`.")
    mean_score = _number("Of these.")
    share = _number("The share that moderators refused.")
    too_few = _too_few()
    intervals = _intervals("share")


# `from` is no name that a class can have
CalibrationAnswer = type(
    "CalibrationAnswer",
    (CalibrationBin,),
    {"from": fields.Float(required=True), "to": fields.Float(required=True)},
)


class RejectionAnswer(Answer):
    """What automatic rejection rests on: the newest verdicts on what was to be reviewed, of whatever time."""

    threshold = fields.Float(
        required=True, metadata={"description": "The probability of spam that the figures are about."}
    )
    decided = _whole("Reviewed comments that were approved or marked as spam.")
    spam = _whole("Of these, spam.")
    precision = _number("Of what would be rejected, the share that is spam.")
    too_few = _too_few()
    intervals = _intervals("precision")
    false_positive_rate = _number("Of what is fine, the share that would be rejected.")
    false_positive_budget = fields.Float(required=True, metadata={"description": "What of it is allowed."})


class FilterAnswer(Answer):
    precision = _number("Of what the filter holds, the share that moderators refuse.")
    recall = _number("Of what moderators refuse, the share that the filter holds.")
    false_positive_rate = _number("Of what moderators approve, the share that the filter holds.")
    brier = _number(
        "The mean squared difference of score and verdict (0 refused nothing wrongly, 1 everything)."
    )
    decided = _whole("Reviewed comments, on which all this rests.")
    unseen = _whole("Published without a chance of review: with any of them, figures about all are null.")
    too_few = _too_few()
    intervals = _intervals("precision", "recall", "false_positive_rate", "brier")
    calibration = fields.List(fields.Nested(CalibrationAnswer), required=True)
    mode = fields.String(
        required=True,
        metadata={
            "enum": ["shadow", "automatic"],
            "description": "Whether the filter rejects by itself, or only holds.",
        },
    )
    not_yet = fields.List(
        fields.String(metadata={"enum": list(NOT_YET)}),
        required=True,
        metadata={"description": "Why it does not reject by itself; empty when it does."},
    )
    review_share = fields.Float(
        required=True, metadata={"description": "The share of what it decides alone that goes to review."}
    )
    rejection = fields.Nested(RejectionAnswer, required=True)


class Percentiles(Answer):
    p50 = _number("Half of the decisions took no longer.")
    p95 = _number("95 % took no longer.")


class AgePercentiles(Answer):
    p50 = _number("Half of what waited was no older.")
    p95 = _number("95 % was no older.")


class QueuePoint(Answer):
    start = _start()
    age_seconds = fields.Nested(
        AgePercentiles,
        required=True,
        metadata={
            "description": "Of what waited at the last full hour of the bucket; null when nothing did."
        },
    )
    decision_seconds = fields.Nested(Percentiles, required=True)


class WaitingAnswer(Answer):
    pending = _whole("Comments that wait now.")
    review_due = _whole("Comments that the filter published and that are due for review now.")
    oldest_seconds = _number("How long ago the first of them was sent.")
    decision_seconds = fields.Nested(Percentiles, required=True)
    series = fields.List(fields.Nested(QueuePoint), required=True)


class DomainCount(Answer):
    domain = fields.String(required=True)
    comments = _whole("That link to it.")


class CampaignAnswer(StatusCounts):
    campaign = fields.String(required=True)
    comments = _whole()


class LimitCount(Answer):
    limit = fields.String(required=True, metadata={"description": "As docs/limits.md names it."})
    hits = _whole("How often it refused or held.")


class SpamAnswer(Answer):
    totals = fields.Nested(SpamCounts, required=True)
    series = fields.List(fields.Nested(SpamPoint), required=True)
    checks = fields.List(fields.Nested(CheckCounts), required=True)
    filter = fields.Nested(FilterAnswer, required=True)
    queue = fields.Nested(WaitingAnswer, required=True)
    top_link_domains = fields.List(fields.Nested(DomainCount), required=True)
    campaigns = fields.List(fields.Nested(CampaignAnswer), required=True)
    limits = fields.List(fields.Nested(LimitCount), required=True)


class DecisionCounts(Answer):
    decided = _whole("Comments decided.")
    approve = _whole()
    reject = _whole()
    spam = _whole()
    delete = _whole()


class WorkCounts(DecisionCounts):
    overturned = _whole("Decisions that somebody else turned since, or undid.")
    revised = _whole("Decisions that the same moderator turned since, or undid.")
    agreement = _number("The share of decisions that nobody else turned.")
    too_few = _too_few()
    intervals = _intervals("agreement")


class DecisionPoint(DecisionCounts):
    start = _start()


class ModeratorWork(WorkCounts):
    moderator = fields.String(required=True, metadata={"description": "As the audit log names them."})


class ReasonCount(Answer):
    decision = fields.String(required=True)
    reason = fields.String(required=True, metadata={"description": "Empty when none was given."})
    count = _whole()


class ModerationAnswer(Answer):
    totals = fields.Nested(WorkCounts, required=True)
    series = fields.List(fields.Nested(DecisionPoint), required=True)
    moderators = fields.List(fields.Nested(ModeratorWork), required=True)
    reasons = fields.List(fields.Nested(ReasonCount), required=True)
