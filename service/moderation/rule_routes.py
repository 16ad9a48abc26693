"""The moderators' routes about rules."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from service import clock
from service.auth.guard import principal
from service.domain.errors import FieldProblem, InvalidInput
from service.domain.role import Permission
from service.moderation import rule_schemas as schemas
from service.moderation import rules as use
from service.moderation.reach import reach
from service.moderation.rule_schemas import SimulationWanted
from service.storage import rules
from service.storage.database import reading
from service.storage.rules import Span
from service.web.body import json_body
from service.web.etag import expected_version, versioned
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires
from service.web.site import profile

bp = Blueprint("moderation-rules", __name__)
TAG = "Moderation"
SEEN = {"If-Match": 'The version that you saw, in quotes: `"0"` where none were saved yet.'}


@bp.get("/v1/moderation/rules")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "The site's own rules in force; the ETag is their version",
        TAG,
        {200: schemas.RulesAnswer},
        query=schemas.RulesQuery,
        problems=(401, 403, 404, 422, 503),
    )
)
def show_rules() -> Response:
    site = _one_site(load(schemas.RulesQuery(), request.args).get("site", ""))
    return _versioned(use.current_view(site))


@bp.put("/v1/moderation/rules")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "Save all rules of the site as a new version",
        TAG,
        {200: schemas.RulesAnswer},
        body=schemas.RulesInput,
        problems=(400, 401, 403, 404, 412, 413, 415, 422, 428, 503),
        headers=SEEN,
    )
)
def save_rules() -> Response:
    asked = load(schemas.RulesInput(), json_body())
    return _versioned(use.save(_one_site(asked.get("site", "")), asked["rules"], _by(asked)))


@bp.get("/v1/moderation/rules/versions")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "Every version of the rules, newest first",
        TAG,
        {200: schemas.VersionsAnswer},
        query=schemas.VersionsQuery,
        problems=(401, 403, 404, 422, 503),
    )
)
def list_versions() -> Response:
    asked = load(schemas.VersionsQuery(), request.args)
    site = _one_site(asked.get("site", ""))
    with reading() as session:
        found = rules.versions(session, site, asked["below"], asked["limit"] + 1)
    shown = found[: asked["limit"]]
    following = shown[-1].version if len(found) > asked["limit"] else None
    return jsonify(versions=[use.rules_view(one) for one in shown], next=following)


@bp.post("/v1/moderation/rules/revert")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "Go back to the rules of an earlier version, as a new one",
        TAG,
        {200: schemas.RulesAnswer},
        body=schemas.RevertInput,
        problems=(400, 401, 403, 404, 412, 413, 415, 422, 428, 503),
        headers=SEEN,
    )
)
def revert_rules() -> Response:
    asked = load(schemas.RevertInput(), json_body())
    return _versioned(use.revert(_one_site(asked.get("site", "")), asked["version"], _by(asked)))


@bp.post("/v1/moderation/rules/simulate")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "Try rules and a policy on what was sent, and list what would have gone otherwise",
        TAG,
        {200: schemas.SimulationAnswer},
        body=schemas.SimulateInput,
        problems=(400, 401, 403, 404, 413, 415, 422, 503),
    )
)
def simulate_rules() -> Response:
    asked: SimulationWanted = load(schemas.SimulateInput(), json_body())
    if asked.since >= asked.until:
        raise InvalidInput([FieldProblem("to", "invalid", "This is not after `from`.")])
    site = _one_site(asked.site)
    span = Span(site, asked.since, asked.until, asked.before, asked.limit)
    return jsonify(
        use.simulate(span, use.Draft(asked.rules, asked.policy), asked.assume or profile(site).policy)
    )


def _one_site(asked: str) -> str:
    within = reach((asked,) if asked else ())
    if len(within) != 1:
        raise InvalidInput([FieldProblem("site", "required", "Name the site.")])
    return within[0]


def _by(asked: dict[str, Any]) -> use.By:
    seen = expected_version(request.headers.get("If-Match"))
    return use.By(principal().actor, asked.get("note") or "", clock.now(), seen)


def _versioned(view: dict[str, Any]) -> Response:
    return versioned(view, view["version"])
