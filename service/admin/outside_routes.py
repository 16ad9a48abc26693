"""The admins' routes about the filter outside."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import fields

from service.admin.caller import admin
from service.admin.outside import Wanted, shown, switch_off, switch_on
from service.clock import rfc3339
from service.domain.errors import TextProblem
from service.domain.page import URL_MAX
from service.domain.role import Permission
from service.domain.text import clean_line
from service.domain.website import WEBSITE_MAX, clean_website
from service.outbound.akismet import DEFAULT_URL
from service.storage.outside_filters import OutsideFilter
from service.web.body import json_body
from service.web.context import services
from service.web.fields import Answer, Cleaned, Flag, Strict, load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("admin-outside", __name__)
TAG = "Administration"
KEY_PATTERN = r"^[0-9A-Za-z_-]{1,200}$"


def clean_key(raw: str) -> str:
    """A key as such services give them. Raises TextProblem: required, invalid."""
    if not raw:
        raise TextProblem("required", "Give the key that you got there.")
    if not re.fullmatch(KEY_PATTERN, raw):
        raise TextProblem("invalid", "A key has letters and digits.")
    return raw


class OutsideInput(Strict):
    key = Cleaned(clean_key, required=True, metadata={"pattern": KEY_PATTERN})
    url = Cleaned(
        partial(clean_line, max_length=URL_MAX),
        load_default=DEFAULT_URL,
        max_length=URL_MAX,
        metadata={"description": "Of another service that speaks Akismet's protocol, up to its version."},
    )
    blog = Cleaned(
        clean_website,
        required=True,
        max_length=WEBSITE_MAX,
        metadata={"description": "The newsroom's address, as it was given there."},
    )
    consent = Flag(
        required=True,
        metadata={
            "description": "You agree to what docs/pressure.md says is sent of each comment.",
            "enum": [True],
        },
    )


class OutsideView(Answer):
    host = fields.String(required=True)
    agreed_by = fields.String(required=True)
    agreed_at = fields.DateTime(required=True)


@bp.get("/v1/admin/sites/<slug>/akismet")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "What a site asks Akismet with; 404 while it does not",
        TAG,
        {200: OutsideView},
        problems=(401, 403, 404, 503),
    )
)
def get_akismet(slug: str) -> Response:
    return jsonify(_view(shown(admin(), slug)))


@bp.put("/v1/admin/sites/<slug>/akismet")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Have Akismet asked about every comment of a site from now on",
        TAG,
        {200: OutsideView},
        body=OutsideInput,
        problems=(400, 401, 403, 404, 413, 415, 422, 503),
    )
)
def put_akismet(slug: str) -> Response:
    wanted = Wanted(**load(OutsideInput(), json_body()))
    return jsonify(_view(switch_on(services(), admin(), slug, wanted)))


@bp.delete("/v1/admin/sites/<slug>/akismet")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Have Akismet asked no more, and forget the key", TAG, {204: None}, problems=(401, 403, 404, 503)
    )
)
def delete_akismet(slug: str) -> Response:
    switch_off(admin(), slug)
    return Response(status=204)


def _view(account: OutsideFilter) -> dict[str, Any]:
    return {
        "host": account.host,
        "agreed_by": account.agreed_by,
        "agreed_at": rfc3339(account.agreed_at),
    }
