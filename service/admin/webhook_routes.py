"""The admins' routes about webhooks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from service.admin import webhook_schemas as schemas
from service.admin import webhooks
from service.admin.caller import admin
from service.admin.webhooks import Wanted
from service.clock import rfc3339
from service.domain.role import Permission
from service.storage.webhooks import Delivery, Webhook
from service.web import cursor
from service.web.body import json_body
from service.web.context import services
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("admin-webhooks", __name__)
TAG = "Administration"
LIST = "deliveries"
READ = (401, 403, 404, 422, 503)
WRITE = (400, 401, 403, 404, 413, 415, 422, 503)
ONE = (401, 403, 404, 409, 503)


@bp.get("/v1/admin/webhooks")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "The webhooks within reach",
        TAG,
        {200: schemas.WebhooksAnswer},
        query=schemas.WebhooksQuery,
        problems=READ,
    )
)
def list_webhooks() -> Response:
    asked = load(schemas.WebhooksQuery(), request.args)
    return jsonify(webhooks=[_hook(hook) for hook in webhooks.list_hooks(admin(), asked["site"])])


@bp.post("/v1/admin/webhooks")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Add a webhook; its secret is shown this once",
        TAG,
        {201: schemas.WebhookView},
        body=schemas.WebhookInput,
        problems=WRITE,
    )
)
def add_webhook() -> tuple[Response, int]:
    wanted = Wanted(**load(schemas.WebhookInput(), json_body()))
    return jsonify(_hook(*webhooks.add_hook(services(), admin(), wanted))), 201


@bp.patch("/v1/admin/webhooks/<id:webhook_id>")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Change a webhook, switch it off or on, or give it another secret",
        TAG,
        {200: schemas.WebhookView},
        body=schemas.WebhookChange,
        problems=WRITE,
    )
)
def change_webhook(webhook_id: str) -> Response:
    values = load(schemas.WebhookChange(), json_body())
    return jsonify(_hook(*webhooks.change_hook(services(), admin(), webhook_id, values)))


@bp.delete("/v1/admin/webhooks/<id:webhook_id>")
@requires(Permission.ADMINISTER)
@operation(
    Operation("Remove a webhook and its log", TAG, {204: None}, problems=(401, 403, 404, 503)),
)
def remove_webhook(webhook_id: str) -> Response:
    webhooks.remove_hook(admin(), webhook_id)
    return Response(status=204)


@bp.get("/v1/admin/webhooks/<id:webhook_id>/deliveries")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "What was sent to a webhook in the last 30 days, newest first",
        TAG,
        {200: schemas.DeliveriesAnswer},
        query=schemas.DeliveriesQuery,
        problems=(400, *READ),
    )
)
def list_deliveries(webhook_id: str) -> Response:
    asked = load(schemas.DeliveriesQuery(), request.args)
    last = cursor.decode(LIST, asked["cursor"], 1)[0] if asked["cursor"] else ""
    found = webhooks.deliveries(admin(), webhook_id, last, asked["limit"] + 1)
    shown = found[: asked["limit"]]
    following = cursor.encode(LIST, shown[-1].id) if len(found) > len(shown) else None
    return jsonify(deliveries=[_delivery(one) for one in shown], next=following)


@bp.post("/v1/admin/webhooks/<id:webhook_id>/deliveries/<id:delivery_id>/resend")
@requires(Permission.ADMINISTER)
@operation(
    Operation("Send a message once more, under the same id", TAG, {202: schemas.SentAnswer}, problems=ONE)
)
def resend_delivery(webhook_id: str, delivery_id: str) -> tuple[Response, int]:
    webhooks.resend(admin(), webhook_id, delivery_id)
    return jsonify(delivery=delivery_id), 202


@bp.post("/v1/admin/webhooks/<id:webhook_id>/test")
@requires(Permission.ADMINISTER)
@operation(Operation("Send a message to see that it works", TAG, {202: schemas.SentAnswer}, problems=ONE))
def test_webhook(webhook_id: str) -> tuple[Response, int]:
    return jsonify(delivery=webhooks.send_test(admin(), webhook_id)), 202


def _hook(hook: Webhook, secret: str | None = None) -> dict[str, Any]:
    return {
        "id": hook.id,
        "site": hook.site,
        "label": hook.label,
        "host": hook.host,
        "format": hook.format.value,
        "events": hook.events,
        "enabled": hook.enabled,
        "created_at": rfc3339(hook.created_at),
        "secret": secret,
    }


def _delivery(sent: Delivery) -> dict[str, Any]:
    return {
        "id": sent.id,
        "event": sent.event,
        "state": sent.state.value,
        "attempts": sent.attempts,
        "status": sent.status,
        "failure": sent.failure,
        "created_at": rfc3339(sent.created_at),
        "attempted_at": rfc3339(sent.attempted_at) if sent.attempted_at else None,
        "message": sent.document,
    }
