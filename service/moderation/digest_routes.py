"""The routes about a moderator's own mail: where to, about what, or not at all."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify

from service.auth import browser, enrol
from service.auth.guard import principal
from service.auth.tries import throttle
from service.domain.errors import NotFound
from service.domain.role import Permission
from service.moderation import digest_schemas as schemas
from service.moderation.digest_schemas import AddressState
from service.notify import digest
from service.privacy.keyring import Purpose
from service.ratelimit.policies import Action, Scope
from service.web import limits
from service.web.body import json_body
from service.web.context import services
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("moderation-mail", __name__)
TAG: Final = "Moderation"


@bp.get("/v1/moderation/mail")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "What you are told by mail; for people who are signed in: a token has no address",
        TAG,
        {200: schemas.MailAnswer},
        problems=(401, 403, 404, 503),
    )
)
def show_mail() -> Response:
    return jsonify(_shown(_account()))


@bp.put("/v1/moderation/mail")
@requires(Permission.DECIDE)  # for its links do
@operation(
    Operation(
        "Choose what you are told by mail, and where to",
        TAG,
        {200: schemas.MailAnswer},
        body=schemas.MailInput,
        problems=(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
    )
)
def change_mail() -> Response:
    account = _account()
    asked = load(schemas.MailInput(), json_body())
    if asked["email"] is None:
        digest.choose(account, asked["wanted"])
    else:
        # A browser left open must not be enough to have one's links mailed elsewhere.
        throttle(f"password {account}")
        enrol.check_present(browser.person(), asked["password"])
        _permit(account)
        digest.set_address(services(), account, asked["email"], asked["wanted"])
    return jsonify(_shown(account))


@bp.delete("/v1/moderation/mail")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "Forget your address, and with it what you wanted to be told",
        TAG,
        {204: None},
        problems=(401, 403, 404, 503),
    )
)
def forget_mail() -> Response:
    digest.forget_address(_account())
    return Response(status=204)


def _account() -> str:
    account = principal().account
    if not account:
        raise NotFound("A token has no address for mail. Sign in to the console with an account.")
    return account


def _permit(account: str) -> None:
    kept = services()
    limits.permit(
        kept, Action.DESK_MAIL, {Scope.ACCOUNT: kept.fingerprints.of(Purpose.REQUEST, "mail", account)}
    )


def _shown(account: str) -> dict[str, Any]:
    shown = digest.show(account)
    if shown is None:
        state = AddressState.NONE
    else:
        state = AddressState.CONFIRMED if shown.confirmed else AddressState.UNCONFIRMED
    return {
        "sent": services().settings.mails,
        "address": state,
        "about": list(shown.about) if shown else [],
        "language": shown.language if shown else browser.person().language or "en",
    }
