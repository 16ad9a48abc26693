"""The moderators' routes about campaigns."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from service.domain.role import Permission
from service.moderation import campaign_schemas as schemas
from service.moderation.campaign_schemas import CampaignsWanted
from service.moderation.campaigns import campaigns_view
from service.moderation.reach import reach
from service.storage.campaign_lists import Place
from service.web import cursor
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("moderation-campaigns", __name__)
LIST = "campaigns"


@bp.get("/v1/moderation/campaigns")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "Comments that belong together, largest group first, with what they have in common",
        "Moderation",
        {200: schemas.CampaignGroupsAnswer},
        query=schemas.CampaignsQuery,
        problems=(400, 401, 403, 404, 422, 503),
    )
)
def list_campaigns() -> Response:
    asked: CampaignsWanted = load(schemas.CampaignsQuery(), request.args)
    after = None
    if asked.cursor:
        comments, last = cursor.decode(LIST, asked.cursor, 2)
        after = Place(cursor.whole(comments), last)
    sites = reach((asked.site,) if asked.site else ())
    shown, place = campaigns_view(sites, asked.status, after, asked.limit)
    following = cursor.encode(LIST, place.comments, place.id) if place else None
    return jsonify(campaigns=shown, next=following)
