"""The admins' routes about accounts."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, jsonify

from service.admin import account_schemas as schemas
from service.admin import accounts
from service.admin.caller import admin
from service.auth.accounts import NewAccount
from service.clock import rfc3339
from service.domain.role import Permission
from service.storage.access import Account
from service.web.body import json_body
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("admin-accounts", __name__)
TAG = "Administration"
WRITE = (400, 401, 403, 404, 413, 415, 422, 503)


@bp.get("/v1/admin/accounts")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "The accounts within reach, by login", TAG, {200: schemas.AccountsAnswer}, problems=(401, 403, 503)
    )
)
def list_accounts() -> Response:
    return jsonify(accounts=[_view(account) for account in accounts.list_accounts(admin())])


@bp.post("/v1/admin/accounts")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Add somebody who may sign in to the console",
        TAG,
        {201: schemas.NewAccountAnswer},
        body=schemas.AccountInput,
        problems=WRITE,
    )
)
def add_account() -> tuple[Response, int]:
    sent = load(schemas.AccountInput(), json_body())
    made = None if sent.get("password") else secrets.token_urlsafe(accounts.PASSWORD_BYTES)
    new = NewAccount(sent["login"], made or sent["password"], sent["role"], sent["sites"])
    return jsonify(account=_view(accounts.add_account(admin(), new)), password=made), 201


@bp.patch("/v1/admin/accounts/<id:account_id>")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Change an account's role and sites, or disable it: at once, in every browser",
        TAG,
        {200: schemas.AccountView},
        body=schemas.AccountChange,
        problems=WRITE,
    )
)
def change_account(account_id: str) -> Response:
    return jsonify(
        _view(accounts.change_account(admin(), account_id, load(schemas.AccountChange(), json_body())))
    )


@bp.post("/v1/admin/accounts/<id:account_id>/reset")
@requires(Permission.ADMINISTER)
@operation(
    Operation(
        "Give an account a new password, or take its second factor away",
        TAG,
        {200: schemas.ResetAnswer},
        body=schemas.ResetInput,
        problems=WRITE,
    )
)
def reset_account(account_id: str) -> Response:
    sent = load(schemas.ResetInput(), json_body())
    made = accounts.reset_account(
        admin(), account_id, password=sent["password"], factor=sent["second_factor"]
    )
    return jsonify(password=made)


def _view(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "login": account.login,
        "role": account.role.value,
        "sites": account.sites,
        "second_factor": account.factor is not None,
        "created_at": rfc3339(account.created_at),
        "disabled_at": rfc3339(account.disabled_at) if account.disabled_at else None,
    }
