"""What admins send and get."""

from __future__ import annotations

from functools import partial
from typing import Any

from marshmallow import fields, validate

from service.domain.comment import NOTE_MAX
from service.domain.controls import CLOSE_DAYS_MAX
from service.domain.email import EMAIL_MAX, parse_email
from service.domain.role import Role
from service.domain.site import check_slug, clean_origin, clean_page_host
from service.domain.text import clean_body, clean_line
from service.i18n import LANGUAGES
from service.settings import Policy
from service.threads.schemas import slug
from service.web.fields import Answer, Choice, Cleaned, Flag, Fraction, Strict, Whole, problem

NAME_MAX = 200
LABEL_MAX = 120
MANY = 100
DAYS_MAX = 3650
WINDOW_MAX = 86_400
BUDGET_MAX = 0.1


class Listed(fields.List[Any]):
    """A list of at most a hundred, in which nothing stands twice."""

    def __init__(self, inner: fields.Field[Any], **options: Any) -> None:
        super().__init__(inner, validate=validate.Length(max=MANY), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> list[Any]:
        if not isinstance(value, list):
            raise problem("wrong_type", "This is not of the right type.")
        if len(value) > MANY:
            raise problem("too_long", f"At most {MANY}.")
        return list(dict.fromkeys(super()._deserialize(value, attr, data, **options)))

    def _validate(self, value: Any) -> None:
        """Checked above, with our code; `validate` only describes it."""


class Language(Cleaned):
    """One of our languages."""

    def __init__(self, **options: Any) -> None:
        super().__init__(_language, metadata={"enum": list(LANGUAGES)}, **options)


def _language(raw: str) -> str:
    if raw not in LANGUAGES:
        raise problem("invalid", f"One of: {', '.join(LANGUAGES)}.")
    return raw


class SiteChange(Strict):
    """What may be changed of a site; what is left out stays."""

    name = Cleaned(partial(clean_line, max_length=NAME_MAX), max_length=NAME_MAX)
    language = Language()
    policy = Choice(Policy)
    origins = Listed(Cleaned(clean_origin, required=True))
    page_hosts = Listed(Cleaned(clean_page_host, required=True))
    edit_window_seconds = Whole(0, WINDOW_MAX)
    close_after_days = Whole(
        1,
        CLOSE_DAYS_MAX,
        allow_none=True,
        metadata={"description": "Pages close so many days after their first comment; null for never."},
    )
    hold_hot_pages = Flag(
        metadata={"description": "Whether a page far above its usual pace or risk is held by itself."}
    )
    mail = Flag(metadata={"description": "Whether readers of this site get mail."})
    auto_reject = Flag(
        metadata={
            "description": "Whether the filter may reject by itself once it is shown to be good enough (see `filter` "
            "in the statistics); until then, and by default, it only holds."
        }
    )
    false_positive_budget = Fraction(
        0.0,
        BUDGET_MAX,
        metadata={"description": "The share of what is fine that may be lost by that; by default 0.005."},
    )
    review_share = Fraction(
        0.0,
        1.0,
        metadata={
            "description": "The share of what the filter decides alone that goes to review, by lot; by default 0.05. "
            "With 0 nothing is known about what it published."
        },
    )


class SiteInput(SiteChange):
    slug = Cleaned(check_slug, required=True)


class SiteView(Answer):
    slug = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    policy = fields.String(required=True)
    origins = fields.List(fields.String(), required=True)
    page_hosts = fields.List(fields.String(), required=True)
    edit_window_seconds = fields.Integer(required=True)
    close_after_days = fields.Integer(required=True, allow_none=True)
    hold_hot_pages = fields.Boolean(required=True)
    mail = fields.Boolean(required=True)
    auto_reject = fields.Boolean(required=True)
    false_positive_budget = fields.Float(required=True)
    review_share = fields.Float(required=True)


class SitesAnswer(Answer):
    sites = fields.List(fields.Nested(SiteView), required=True)


class TokenInput(Strict):
    role = Choice(Role, required=True)
    sites = Listed(
        Cleaned(slug, required=True),
        required=True,
        allow_none=True,
        metadata={
            "description": "The sites that it reaches; null for all, which only an admin of all may give."
        },
    )
    label = Cleaned(partial(clean_line, max_length=LABEL_MAX), load_default="", max_length=LABEL_MAX)
    days = Whole(1, DAYS_MAX, required=True)


class TokenView(Answer):
    id = fields.String(required=True)
    prefix = fields.String(required=True)
    label = fields.String(required=True)
    role = fields.String(required=True)
    sites = fields.List(fields.String(), required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)
    revoked_at = fields.DateTime(required=True, allow_none=True)
    last_used_at = fields.DateTime(required=True, allow_none=True)


class TokensAnswer(Answer):
    tokens = fields.List(fields.Nested(TokenView), required=True)


class NewTokenAnswer(Answer):
    token = fields.String(required=True, metadata={"description": "Shown this once."})


class PrivacyInput(Strict):
    site = Cleaned(slug, required=True)
    email = Cleaned(parse_email, required=True, max_length=EMAIL_MAX)
    reason = Cleaned(partial(clean_body, max_length=NOTE_MAX), required=True, max_length=NOTE_MAX)


class ExportedAuthor(Answer):
    id = fields.String(required=True)
    name = fields.String(required=True)
    first_seen = fields.DateTime(required=True)
    confirmed_at = fields.DateTime(required=True, allow_none=True)
    mail_stopped_at = fields.DateTime(required=True, allow_none=True)


class ExportedComment(Answer):
    id = fields.String(required=True)
    page = fields.String(required=True)
    name = fields.String(required=True)
    website = fields.String(required=True, allow_none=True)
    body = fields.String(required=True)
    status = fields.String(required=True)
    notify = fields.Boolean(required=True)
    confirmed = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    edited_at = fields.DateTime(required=True, allow_none=True)


class ExportAnswer(Answer):
    site = fields.String(required=True)
    author = fields.Nested(ExportedAuthor, required=True)
    comments = fields.List(fields.Nested(ExportedComment), required=True)


class EraseAnswer(Answer):
    erased = fields.Integer(required=True, metadata={"description": "How many comments were emptied."})
