"""The moderators' routes for working at the same time."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, jsonify, request

from service import clock
from service.auth.guard import principal
from service.domain.errors import NotFound
from service.domain.role import Permission
from service.moderation import live_schemas as schemas
from service.moderation.live import live_view, look_at
from service.moderation.reach import reach
from service.storage import comments
from service.storage.database import reading
from service.web.body import json_body
from service.web.etag import matches
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("moderation-live", __name__)
TAG = "Moderation"


@bp.get("/v1/moderation/live")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "What happened in the queue just now, and who looks at what; made to be asked every second",
        TAG,
        {200: schemas.LiveAnswer, 304: None},
        query=schemas.LiveQuery,
        problems=(401, 403, 404, 422, 503),
        headers={"If-None-Match": "The ETag of the answer before: 304 when nothing happened since."},
    )
)
def show_live() -> Response:
    asked = load(schemas.LiveQuery(), request.args).get("site", "")
    response = jsonify(live_view(reach((asked,) if asked else ()), clock.now()))
    etag = f'"{hashlib.sha256(response.get_data()).hexdigest()[:20]}"'
    if matches(request.headers.get("If-None-Match", ""), etag):
        response = Response(status=304)
    response.headers["ETag"] = etag
    return response


@bp.put("/v1/moderation/look")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "Say which comment you are looking at, for a minute and a half: colleagues see it",
        TAG,
        {204: None},
        body=schemas.LookInput,
        problems=(400, 401, 403, 404, 413, 415, 422, 503),
    )
)
def look() -> Response:
    wanted = load(schemas.LookInput(), json_body())["comment"]
    who = principal()
    found = None
    if wanted is not None:
        with reading() as session:
            found = comments.locate(session, wanted, who.scope.sites)
        if found is None:
            raise NotFound("There is no such comment.")
    look_at(reach(()), (found.site, found.id) if found else None, who.actor, clock.now())
    return Response(status=204)
