"""What operators and their machines ask: alive, ready."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from marshmallow import fields

from service.domain.errors import Unavailable
from service.storage.database import database_answers
from service.web.context import services
from service.web.fields import Answer
from service.web.operation import Operation, operation
from service.web.permissions import public

bp = Blueprint("health", __name__)
TAG = "Operating"


class Alive(Answer):
    status = fields.String(required=True, metadata={"enum": ["alive"]})


class Ready(Answer):
    status = fields.String(required=True, metadata={"enum": ["ready"]})
    limits = fields.String(required=True, metadata={"enum": ["ok", "degraded"]})


@bp.get("/healthz")
@public
@operation(Operation("Whether the process is alive", TAG, {200: Alive}))
def alive() -> Response:
    return jsonify(status="alive")


@bp.get("/readyz")
@public
@operation(
    Operation(
        "Whether the database answers, and how the rate limits are kept", TAG, {200: Ready}, problems=(503,)
    )
)
def ready() -> Response:
    if not database_answers():
        raise Unavailable("The database does not answer.")
    # Without Redis the service still serves: each process counts for itself, and what is posted is held.
    return jsonify(status="ready", limits="degraded" if services().limiter.degraded else "ok")
