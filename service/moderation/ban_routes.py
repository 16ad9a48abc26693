"""The moderators' routes about bans."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, jsonify, request

from service import clock
from service.auth.guard import principal
from service.domain.errors import FieldProblem, InvalidInput
from service.domain.role import Permission
from service.moderation import ban_schemas as schemas
from service.moderation.ban_schemas import BansWanted
from service.moderation.bans import By, Wanted, ban, ban_view, lift
from service.moderation.reach import reach
from service.storage import bans
from service.storage.database import reading
from service.web import cursor
from service.web.body import json_body
from service.web.context import services
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("moderation-bans", __name__)
TAG = "Moderation"
LIST = "bans"


@bp.get("/v1/moderation/bans")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "The bans in force, newest first",
        TAG,
        {200: schemas.BansAnswer},
        query=schemas.BansQuery,
        problems=(400, 401, 403, 404, 422, 503),
    )
)
def list_bans() -> Response:
    asked: BansWanted = load(schemas.BansQuery(), request.args)
    last = cursor.decode(LIST, asked.cursor, 1)[0] if asked.cursor else ""
    sites = reach((asked.site,) if asked.site else ())
    with reading() as session:
        found = bans.listing(session, sites, asked.kind, clock.now(), (last, asked.limit + 1))
    shown = found[: asked.limit]
    following = cursor.encode(LIST, shown[-1].id) if len(found) > asked.limit else None
    return jsonify(bans=[ban_view(one) for one in shown], next=following)


@bp.post("/v1/moderation/bans")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "Ban an author, an email domain or a network: what they send waits, and they are not told",
        TAG,
        {201: schemas.BanAnswer},
        body=schemas.BanInput,
        problems=(400, 401, 403, 404, 413, 415, 422, 503),
    )
)
def add_ban() -> tuple[Response, int]:
    wanted: Wanted = load(schemas.BanInput(), json_body())
    if wanted.site or wanted.email_domain or wanted.ip_prefix:
        within = reach((wanted.site,) if wanted.site else ())
        if len(within) != 1:
            raise InvalidInput([FieldProblem("site", "required", "Name the site.")])
        wanted = replace(wanted, site=within[0])
    return jsonify(ban(services().fingerprints, wanted, _by())), 201


@bp.delete("/v1/moderation/bans/<id:ban_id>")
@requires(Permission.DECIDE)
@operation(Operation("Lift a ban", TAG, {204: None}, problems=(401, 403, 404, 503)))
def lift_ban(ban_id: str) -> Response:
    lift(ban_id, _by())
    return Response(status=204)


def _by() -> By:
    who = principal()
    return By(who.actor, who.scope.sites, clock.now())
