"""The routes of the statistics."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from service import clock
from service.auth.guard import principal
from service.domain.errors import FieldProblem, InvalidInput
from service.domain.role import Permission
from service.stats import schemas
from service.stats.catch_up import catch_up
from service.stats.moderation import moderation_view
from service.stats.period import Period, Wanted
from service.stats.spam import spam_view
from service.storage import sites
from service.storage.database import reading
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires
from service.web.site import profile

bp = Blueprint("stats", __name__)
TAG = "Statistics"
PROBLEMS = (401, 403, 404, 422, 503)


@bp.get("/v1/stats/spam")
@requires(Permission.READ_STATISTICS)
@operation(
    Operation(
        "What came in, what became of it, and how good the filter was",
        TAG,
        {200: schemas.SpamAnswer},
        query=schemas.StatisticsQuery,
        problems=PROBLEMS,
    )
)
def spam() -> Response:
    period = counted_period(load(schemas.StatisticsQuery(), request.args))
    return jsonify(spam_view(period, clock.now()))


@bp.get("/v1/stats/moderation")
@requires(Permission.READ_STATISTICS)
@operation(
    Operation(
        "Who decided how much, and how often somebody else turned it",
        TAG,
        {200: schemas.ModerationAnswer},
        query=schemas.StatisticsQuery,
        problems=PROBLEMS,
    )
)
def moderation() -> Response:
    period = counted_period(load(schemas.StatisticsQuery(), request.args))
    return jsonify(moderation_view(period))


def counted_period(wanted: Wanted) -> Period:
    """The period asked for, of a site whose counters are up to date."""
    period = wanted.period(_site(wanted.site), clock.now())
    catch_up(period.span.site)
    return period


def _site(asked: str) -> str:
    """The site asked for, else the only one that the credential reaches. Raises NotFound, InvalidInput."""
    who = principal()
    if asked:
        who.check_site(asked)
        return profile(asked).slug
    reach = who.scope.sites
    if reach is None:
        with reading() as session:
            reach = tuple(sites.all_slugs(session))
    if len(reach) != 1:
        raise InvalidInput([FieldProblem("site", "required", "Name one site: statistics are of a site.")])
    return reach[0]
