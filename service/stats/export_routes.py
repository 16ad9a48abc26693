"""The statistics to take away: tables as CSV, charts as SVG."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, request

from service import clock
from service.domain.role import Permission
from service.stats import drawing, schemas
from service.stats.moderation import moderation_view
from service.stats.period import Period
from service.stats.routes import PROBLEMS, TAG, counted_period
from service.stats.schemas import Chart, ModerationChart
from service.stats.spam import spam_view
from service.stats.tables import ModerationTable, SpamTable, moderation_table, spam_table
from service.web.attachment import attached
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("stats-export", __name__)
CSV: Final = "text/csv"
SVG: Final = "image/svg+xml"
#: The lines of each chart.
LINES: Final = {
    Chart.RECEIVED: ("received", "approved", "pending", "rejected", "spam"),
    Chart.REFUSED: ("rate_limited", "challenged"),
}
#: The members of the queue's series that are percentiles of seconds.
SPANS: Final = {Chart.QUEUE_AGE: "age_seconds", Chart.DECISION_TIME: "decision_seconds"}
DECISIONS: Final = ("decided", "approve", "reject", "spam", "delete")


@bp.get("/v1/stats/spam.csv")
@requires(Permission.READ_STATISTICS)
@operation(
    Operation(
        "One table of the statistics of spam, for spreadsheets",
        TAG,
        {200: None},
        query=schemas.SpamTableQuery,
        problems=PROBLEMS,
        media_type=CSV,
    )
)
def spam_csv() -> Response:
    asked: schemas.PartWanted[SpamTable] = load(schemas.SpamTableQuery(), request.args)
    period = counted_period(asked.wanted)
    text = spam_table(spam_view(period, clock.now()), asked.part)
    return _file(text, f"{period.span.site}-spam-{asked.part}", period)


@bp.get("/v1/stats/moderation.csv")
@requires(Permission.READ_STATISTICS)
@operation(
    Operation(
        "One table of the statistics of moderation, for spreadsheets",
        TAG,
        {200: None},
        query=schemas.ModerationTableQuery,
        problems=PROBLEMS,
        media_type=CSV,
    )
)
def moderation_csv() -> Response:
    asked: schemas.PartWanted[ModerationTable] = load(schemas.ModerationTableQuery(), request.args)
    period = counted_period(asked.wanted)
    text = moderation_table(moderation_view(period), asked.part)
    return _file(text, f"{period.span.site}-moderation-{asked.part}", period)


@bp.get("/v1/stats/spam.svg")
@requires(Permission.READ_STATISTICS)
@operation(
    Operation(
        "A chart: comments, refusals, the age of the queue or the time to decisions over time, or how true scores are",
        TAG,
        {200: None},
        query=schemas.ChartQuery,
        problems=PROBLEMS,
        media_type=SVG,
    )
)
def spam_svg() -> Response:
    asked: schemas.PartWanted[Chart] = load(schemas.ChartQuery(), request.args)
    view = spam_view(counted_period(asked.wanted), clock.now())
    if asked.part is Chart.CALIBRATION:
        return _drawn(drawing.calibration(view["filter"]["calibration"]))
    if asked.part in SPANS:
        return _drawn(drawing.spans(view["queue"]["series"], SPANS[asked.part]))
    return _drawn(drawing.lines(view["series"], LINES[asked.part]))


@bp.get("/v1/stats/moderation.svg")
@requires(Permission.READ_STATISTICS)
@operation(
    Operation(
        "A chart of decisions over time",
        TAG,
        {200: None},
        query=schemas.ModerationChartQuery,
        problems=PROBLEMS,
        media_type=SVG,
    )
)
def moderation_svg() -> Response:
    asked: schemas.PartWanted[ModerationChart] = load(schemas.ModerationChartQuery(), request.args)
    view = moderation_view(counted_period(asked.wanted))
    return _drawn(drawing.lines(view["series"], DECISIONS))


def _file(text: str, name: str, period: Period) -> Response:
    days = f"{period.span.since:%Y-%m-%d}-{period.span.until:%Y-%m-%d}"
    return attached(Response(text, mimetype=CSV), f"{name}-{days}.csv")


def _drawn(svg: str) -> Response:
    response = Response(svg, mimetype=SVG)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response
