"""What the routes about a moderator's own mail take and give."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from service.auth.accounts import PASSWORD_MAX
from service.domain.email import EMAIL_MAX, parse_email
from service.domain.errors import TextProblem
from service.domain.mail import DeskTopic
from service.i18n import LANGUAGES
from service.moderation.schemas import about
from service.notify.digest import Wanted
from service.web.fields import MESSAGES, Answer, Choice, Cleaned, Strict, problem


class AddressState(StrEnum):
    """What is known of an account's address. Never the address."""

    NONE = "none"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


def _password(raw: str) -> str:
    if len(raw) > PASSWORD_MAX:
        raise TextProblem("too_long", f"At most {PASSWORD_MAX} characters.")
    return raw


def _language(raw: str) -> str:
    if raw not in LANGUAGES:
        raise TextProblem("invalid", f"One of: {', '.join(LANGUAGES)}.")
    return raw


class Topics(fields.List[Any]):
    """What to be told; nothing is a choice too."""

    default_error_messages = MESSAGES

    def __init__(self) -> None:
        length = validate.Length(max=len(DeskTopic))
        what = "What to be told: comments that wait, campaigns that were found, alarms. Empty for nothing."
        super().__init__(Choice(DeskTopic), required=True, validate=length, metadata=about(what))

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> list[Any]:
        if isinstance(value, list) and len(value) > len(DeskTopic):
            raise problem("invalid", f"At most {len(DeskTopic)} words.")
        return super()._deserialize(value, attr, data, **options)

    def _validate(self, value: Any) -> None:
        """Checked above, with our code; `validate` only describes it."""


class MailInput(Strict):
    email = Cleaned(
        parse_email,
        allow_none=True,
        load_default=None,
        max_length=EMAIL_MAX,
        metadata=about("A new address, which has to be confirmed. Without it the present one stays."),
    )
    password = Cleaned(
        _password,
        load_default="",
        max_length=PASSWORD_MAX,
        metadata=about("The account's password; a new address asks for it, for its mails decide."),
    )
    about = Topics()
    language = Cleaned(_language, required=True, metadata={"enum": list(LANGUAGES)})

    @validates_schema(skip_on_field_errors=True)
    def with_password(self, loaded: dict[str, Any], **_options: object) -> None:
        if loaded["email"] is not None and not loaded["password"]:
            wrong = {"code": "required", "message": "A new address needs your password."}
            raise ValidationError([wrong], field_name="password")

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> dict[str, Any]:
        wanted = Wanted(tuple(loaded["about"]), loaded["language"])
        return {"email": loaded["email"], "password": loaded["password"], "wanted": wanted}


class MailAnswer(Answer):
    sent = fields.Boolean(required=True, metadata=about("Whether this service sends mail at all."))
    address = fields.String(
        required=True,
        validate=validate.OneOf(list(AddressState)),
        metadata=about(
            "Whether the account has an address, and its reader has confirmed it. Never the address."
        ),
    )
    language = fields.String(required=True, metadata=about("The language of its mail."))
    about = fields.List(
        fields.String(validate=validate.OneOf(list(DeskTopic))),
        required=True,
        metadata=about("What the account is told."),
    )
