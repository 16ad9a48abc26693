"""What the routes about accounts take and give."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from service.admin.schemas import Listed
from service.auth.accounts import LOGIN_PATTERN, PASSWORD_MAX, PASSWORD_MIN
from service.domain.errors import TextProblem
from service.domain.role import Role
from service.threads.schemas import slug
from service.web.fields import Answer, Choice, Cleaned, Flag, Strict

_LOGIN = re.compile(LOGIN_PATTERN)


def login(raw: str) -> str:
    """A login: no email, for it stands in the audit log."""
    if not _LOGIN.fullmatch(raw):
        raise TextProblem("invalid", "1 to 64 of a-z, 0-9, dot, hyphen and underscore.")
    return raw


def password(raw: str) -> str:
    """A password of a usable length."""
    if len(raw) < PASSWORD_MIN:
        raise TextProblem("too_short", f"At least {PASSWORD_MIN} characters.")
    if len(raw) > PASSWORD_MAX:
        raise TextProblem("too_long", f"At most {PASSWORD_MAX} characters.")
    return raw


def _sites(**options: Any) -> Listed:
    return Listed(
        Cleaned(slug, required=True),
        allow_none=True,
        metadata={
            "description": "The sites that it reaches; null for all, which only an admin of all may give."
        },
        **options,
    )


class AccountInput(Strict):
    login = Cleaned(login, required=True, metadata={"pattern": f"^{LOGIN_PATTERN}$"})
    role = Choice(Role, required=True)
    sites = _sites(required=True)
    password = Cleaned(
        password,
        max_length=PASSWORD_MAX,
        metadata={"description": "Without it one is made, and shown this once."},
    )

    @validates_schema(skip_on_field_errors=True)
    def somewhere(self, loaded: dict[str, Any], **_options: object) -> None:
        check_sites(loaded)


class AccountChange(Strict):
    """What may be changed; what is left out stays."""

    role = Choice(Role)
    sites = _sites()
    disabled = Flag()

    @validates_schema(skip_on_field_errors=True)
    def somewhere(self, loaded: dict[str, Any], **_options: object) -> None:
        check_sites(loaded)


def check_sites(loaded: dict[str, Any]) -> None:
    """Raises ValidationError for an account of no site."""
    if loaded.get("sites") == []:
        raise ValidationError(
            [{"code": "required", "message": "Name at least one site, or null for all."}], field_name="sites"
        )


class ResetInput(Strict):
    password = Flag(load_default=False, metadata={"description": "Make a new password, shown this once."})
    second_factor = Flag(load_default=False, metadata={"description": "Take the second factor away."})


class AccountView(Answer):
    id = fields.String(required=True)
    login = fields.String(required=True)
    role = fields.String(required=True)
    sites = fields.List(fields.String(), required=True, allow_none=True)
    second_factor = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    disabled_at = fields.DateTime(required=True, allow_none=True)


class AccountsAnswer(Answer):
    accounts = fields.List(fields.Nested(AccountView), required=True)


class NewAccountAnswer(Answer):
    account = fields.Nested(AccountView, required=True)
    password = fields.String(
        required=True, allow_none=True, metadata={"description": "The one that was made; shown this once."}
    )


class ResetAnswer(Answer):
    password = fields.String(
        required=True, allow_none=True, metadata={"description": "The new one; shown this once."}
    )
