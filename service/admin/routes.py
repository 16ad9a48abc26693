"""The admins' routes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from service import clock
from service.admin import privacy, schemas, setup
from service.admin.caller import admin
from service.auth.guard import principal
from service.auth.tokens import NewToken
from service.clock import rfc3339
from service.domain.errors import FieldProblem, InvalidInput
from service.domain.role import Permission
from service.storage.access import Token
from service.storage.sites import SiteProfile
from service.threads.routes import prepared
from service.web.body import json_body
from service.web.context import services
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires
from service.web.site import forget_profiles, profile

bp = Blueprint("admin", __name__)
TAG = "Administration"
READ = (401, 403, 503)
WRITE = (400, 401, 403, 404, 413, 415, 422, 503)

FILTER_SETTINGS = ("auto_reject", "false_positive_budget", "review_share")


@bp.get("/v1/admin/sites")
@requires(Permission.ADMINISTER)
@operation(Operation("The sites within reach", TAG, {200: schemas.SitesAnswer}, problems=READ))
def list_sites() -> Response:
    return jsonify(sites=[_site(site) for site in setup.list_sites(admin())])


@bp.post("/v1/admin/sites")
@requires(Permission.ADMINISTER)
@operation(Operation("Add a site", TAG, {201: schemas.SiteView}, body=schemas.SiteInput, problems=WRITE))
def add_site() -> tuple[Response, int]:
    settings = services().settings
    sent = load(schemas.SiteInput(), json_body())
    if not sent.get("origins"):
        raise InvalidInput([FieldProblem("origins", "required", "Name at least one origin.")])
    new = SiteProfile(
        slug=sent["slug"],
        name=sent.get("name") or sent["slug"],
        language=sent.get("language") or "en",
        policy=sent.get("policy") or settings.policy,
        page_hosts=tuple(sent.get("page_hosts", ())),
        edit_window_seconds=sent.get("edit_window_seconds", settings.edit_window_seconds),
        mail=sent.get("mail", True),
        origins=frozenset(sent["origins"]),
        close_after_days=sent.get("close_after_days"),
        hold_hot_pages=sent.get("hold_hot_pages", True),
        **{name: sent[name] for name in FILTER_SETTINGS if name in sent},
    )
    setup.add_site(admin(), new)
    return jsonify(_site(new)), 201


@bp.patch("/v1/admin/sites/<slug>")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Change a site; every process knows within a second",
        TAG,
        {200: schemas.SiteView},
        body=schemas.SiteChange,
        problems=WRITE,
    )
)
def change_site(slug: str) -> Response:
    principal().check_site(slug)
    changed = setup.change_site(admin(), slug, load(schemas.SiteChange(), json_body()))
    forget_profiles()
    return jsonify(_site(changed))


@bp.get("/v1/admin/tokens")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "The tokens within reach, by what can be seen of them",
        TAG,
        {200: schemas.TokensAnswer},
        problems=READ,
    )
)
def list_tokens() -> Response:
    return jsonify(tokens=[_token(token) for token in setup.list_tokens(admin())])


@bp.post("/v1/admin/tokens")
@requires(Permission.ADMINISTER)
@operation(
    Operation("Add a token", TAG, {201: schemas.NewTokenAnswer}, body=schemas.TokenInput, problems=WRITE)
)
def add_token() -> tuple[Response, int]:
    sent = load(schemas.TokenInput(), json_body())
    if sent["sites"] == []:
        raise InvalidInput([FieldProblem("sites", "required", "Name at least one site, or null for all.")])
    token = setup.issue_token(
        admin(), NewToken(sent["role"], sent["label"] or "", sent["sites"], sent["days"])
    )
    return jsonify(token=token), 201


@bp.delete("/v1/admin/tokens/<id:token_id>")
@requires(Permission.ADMINISTER)
@operation(Operation("Revoke a token", TAG, {204: None}, problems=(401, 403, 404, 503)))
def revoke_token(token_id: str) -> Response:
    setup.revoke_token(admin(), token_id)
    return Response(status=204)


@bp.post("/v1/admin/privacy/export")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Everything that is kept about one email on a site",
        TAG,
        {200: schemas.ExportAnswer},
        body=schemas.PrivacyInput,
        problems=WRITE,
    )
)
def export_author() -> Response:
    return jsonify(privacy.export(services(), _privacy_request()))


@bp.post("/v1/admin/privacy/erase")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Erase one email on a site, and all that was written under it, for good",
        TAG,
        {200: schemas.EraseAnswer},
        body=schemas.PrivacyInput,
        problems=WRITE,
    )
)
def erase_author() -> Response:
    asked = _privacy_request()
    erased = privacy.erase(services(), asked)
    prepared().expire(asked.site, *erased.page_keys)
    return jsonify(erased=erased.comments)


def _privacy_request() -> privacy.Request:
    sent = load(schemas.PrivacyInput(), json_body())
    principal().check_site(sent["site"])
    site = profile(sent["site"])
    return privacy.Request(site.slug, sent["email"], principal().actor, sent["reason"], clock.now())


def _site(site: SiteProfile) -> dict[str, Any]:
    return {
        "slug": site.slug,
        "name": site.name,
        "language": site.language,
        "policy": site.policy.value,
        "origins": sorted(site.origins),
        "page_hosts": list(site.page_hosts),
        "edit_window_seconds": site.edit_window_seconds,
        "close_after_days": site.close_after_days,
        "hold_hot_pages": site.hold_hot_pages,
        "mail": site.mail,
        **{name: getattr(site, name) for name in FILTER_SETTINGS},
    }


def _token(token: Token) -> dict[str, Any]:
    times = {
        name: getattr(token, name) for name in ("created_at", "expires_at", "revoked_at", "last_used_at")
    }
    return {
        "id": token.id,
        "prefix": token.prefix,
        "label": token.label,
        "role": token.role.value,
        "sites": token.sites,
        **{name: rfc3339(moment) if moment else None for name, moment in times.items()},
    }
