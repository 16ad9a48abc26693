"""The moderators' routes about pages."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, request

from service import clock
from service.auth.guard import principal
from service.clock import rfc3339
from service.domain.errors import NotFound
from service.domain.heat import Heat, boils
from service.domain.role import Permission
from service.moderation import page_schemas as schemas
from service.moderation.page_schemas import PagesWanted
from service.moderation.pages import By, Change, change
from service.moderation.reach import reach
from service.storage import page_controls
from service.storage.database import reading
from service.storage.page_controls import PageFilter, PageOrder, PageSeen
from service.threads.routes import prepared
from service.web import cursor
from service.web.body import json_body
from service.web.etag import expected_version, versioned
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("moderation-pages", __name__)
TAG: Final = "Moderation"
HOTTEST: Final = "pages_heat"
NEWEST: Final = "pages"


@bp.get("/v1/moderation/pages")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "The pages, with what is set on them and how hot they are",
        TAG,
        {200: schemas.PagesAnswer},
        query=schemas.PagesQuery,
        problems=(400, 401, 403, 404, 422, 503),
    )
)
def list_pages() -> Response:
    asked: PagesWanted = load(schemas.PagesQuery(), request.args)
    degree, last = _position(asked)
    wanted = PageFilter(
        sites=reach((asked.site,) if asked.site else ()),
        key=asked.page,
        state=asked.state,
        after_id=last,
        after_degree=degree,
        limit=asked.limit,
    )
    with reading() as session:
        found = page_controls.listing(session, wanted, asked.order)
    shown = found[: asked.limit]
    following = _following(asked.order, shown[-1]) if len(found) > asked.limit else None
    return jsonify(pages=[page_view(seen) for seen in shown], next=following)


@bp.get("/v1/moderation/pages/<id:page_id>")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "One page; the ETag is the version of what is set on it",
        TAG,
        {200: schemas.PageAnswer},
        problems=(401, 403, 404, 503),
    )
)
def show_page(page_id: str) -> Response:
    with reading() as session:
        found = page_controls.one(session, page_id, principal().scope.sites)
    if found is None:
        raise NotFound("There is no such page.")
    return versioned(page_view(found), found.page.controls)


@bp.patch("/v1/moderation/pages/<id:page_id>")
@requires(Permission.MANAGE_PAGES)
@operation(
    Operation(
        "Close or open a page, slow it down, or hold everything on it",
        TAG,
        {200: schemas.PageAnswer},
        body=schemas.PageChange,
        problems=(400, 401, 403, 404, 412, 413, 415, 422, 428, 503),
        headers={"If-Match": 'The version that you saw, in quotes: `"1"`.'},
    )
)
def change_page(page_id: str) -> Response:
    who = principal()
    with reading() as session:
        if page_controls.one(session, page_id, who.scope.sites) is None:
            raise NotFound("There is no such page.")
    version = expected_version(request.headers.get("If-Match"))
    wanted: Change = load(schemas.PageChange(), json_body())
    changed = change(page_id, version, wanted, By(who.actor, who.scope.sites, clock.now()))
    prepared().expire(changed.page.site, changed.page.key)
    return versioned(page_view(changed), changed.page.controls)


def page_view(seen: PageSeen) -> dict[str, Any]:
    """A page as moderators see it."""
    page = seen.page
    return {
        "id": page.id,
        "site": page.site,
        "key": page.key,
        "url": page.url,
        "title": page.title,
        "version": page.controls,
        "open": page.is_open,
        "closed_by": page.closed_by or None,
        "held": bool(page.held_by),
        "held_by": page.held_by or None,
        "slow_seconds": page.slow_seconds,
        "changed_by": page.changed_by or None,
        "changed_at": rfc3339(page.changed_at) if page.changed_at else None,
        "created_at": rfc3339(page.created_at),
        "comments": {"approved": page.approved, "pending": seen.pending},
        "heat": _heat(seen),
    }


def _heat(seen: PageSeen) -> dict[str, Any] | None:
    kept = seen.heat
    if kept is None:
        return None
    heat = Heat(kept.received, kept.risky, kept.usual, kept.usual_share)
    return {
        "degree": round(kept.degree, 2),
        "received": kept.received,
        "risky": kept.risky,
        "usual": round(kept.usual, 2),
        "usual_share": round(kept.usual_share, 4),
        "boils": boils(heat) is not None,
        "measured_at": rfc3339(kept.measured_at),
    }


def _position(asked: PagesWanted) -> tuple[float, str]:
    if not asked.cursor:
        return 0.0, ""
    if asked.order is PageOrder.HEAT:
        degree, last = cursor.decode(HOTTEST, asked.cursor, 2)
        return cursor.real(degree), last
    return 0.0, cursor.decode(NEWEST, asked.cursor, 1)[0]


def _following(order: PageOrder, last: PageSeen) -> str:
    if order is PageOrder.HEAT and last.heat is not None:
        return cursor.encode(HOTTEST, last.heat.degree, last.page.id)
    return cursor.encode(NEWEST, last.page.id)
