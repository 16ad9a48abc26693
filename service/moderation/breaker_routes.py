"""The moderators' routes about the breakers of their sites."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify, request
from marshmallow import fields

from service import clock
from service.auth.guard import principal
from service.domain.breaker import HOLDS
from service.domain.role import Permission
from service.moderation.breaker import Setting, breaker_view, listing, set_breaker
from service.moderation.reach import reach
from service.threads.schemas import Query, slug
from service.web.body import json_body
from service.web.fields import Answer, Cleaned, Flag, Strict, Whole, load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("moderation-breaker", __name__)
TAG = "Moderation"
MINUTES_MAX = 24 * 60


class BreakersQuery(Query):
    site = Cleaned(slug, load_default="")


class BreakerInput(Strict):
    site = Cleaned(slug, required=True)
    tripped = Flag(required=True)
    minutes = Whole(
        1,
        MINUTES_MAX,
        load_default=HOLDS // timedelta(minutes=1),
        metadata={"description": "How long it stays tripped by hand."},
    )


class BreakerView(Answer):
    """`suspicious` came in within five minutes when it tripped, more than `ceiling`."""

    site = fields.String(required=True)
    tripped = fields.Boolean(required=True)
    since = fields.DateTime(required=True, allow_none=True)
    until = fields.DateTime(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)
    suspicious = fields.Integer(required=True, allow_none=True)
    ceiling = fields.Integer(required=True)
    quiet_until = fields.DateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Until when it does not trip by itself, because a moderator reset it."},
    )


class BreakersAnswer(Answer):
    breakers = fields.List(fields.Nested(BreakerView), required=True)


@bp.get("/v1/moderation/breaker")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "The breakers of the sites within reach: while one is tripped, comments wait or prove work",
        TAG,
        {200: BreakersAnswer},
        query=BreakersQuery,
        problems=(401, 403, 404, 422, 503),
    )
)
def list_breakers() -> Response:
    asked = load(BreakersQuery(), request.args)["site"]
    now = clock.now()
    return jsonify(breakers=[breaker_view(one, now) for one in listing(reach((asked,) if asked else ()))])


@bp.post("/v1/moderation/breaker")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "Reset a site's breaker, or trip it by hand; every process knows within a second",
        TAG,
        {200: BreakerView},
        body=BreakerInput,
        problems=(400, 401, 403, 404, 413, 415, 422, 503),
    )
)
def change_breaker() -> Response:
    sent = load(BreakerInput(), json_body())
    (site,) = reach((sent["site"],))
    now = clock.now()
    by = Setting(site, sent["tripped"], principal().actor, now, timedelta(minutes=sent["minutes"]))
    return jsonify(breaker_view(set_breaker(by), now))
