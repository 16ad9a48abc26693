"""What the routes about bans take and give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from service.domain.ban import DOMAIN_MAX, PREFIX_MAX, BanKind, clean_domain, clean_prefix
from service.domain.comment import NOTE_MAX
from service.domain.moment import moment
from service.domain.text import clean_line
from service.moderation.bans import SOURCE_DAYS_MAX, Wanted
from service.moderation.schemas import about, slug
from service.threads.schemas import SLUG_MAX
from service.web.cursor import CURSOR_MAX
from service.web.fields import Answer, Choice, Cleaned, Id, Strict, Whole

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
WAYS = ("author", "email_domain", "ip_prefix", "source_of")


class BanInput(Strict):
    """One of `author`, `email_domain`, `ip_prefix` and `source_of` says who is banned."""

    site = Cleaned(
        slug,
        max_length=SLUG_MAX,
        metadata=about("Needed with a domain or a prefix when the credential reaches several sites."),
    )
    author = Id()
    email_domain = Cleaned(
        clean_domain, max_length=DOMAIN_MAX + 1, metadata=about("And all domains below it.")
    )
    ip_prefix = Cleaned(
        clean_prefix,
        max_length=PREFIX_MAX,
        metadata=about("An IPv4 address, or an IPv6 /64 or /48. Only a keyed hash of it is kept."),
    )
    source_of = Id()
    reason = Cleaned(
        partial(clean_line, max_length=NOTE_MAX),
        required=True,
        max_length=NOTE_MAX,
        metadata=about("For other moderators."),
    )
    expires_at = Cleaned(
        moment,
        metadata=about(
            f"Without it until lifted; a network at most, and without it exactly, {SOURCE_DAYS_MAX} days.",
            format="date-time",
        ),
    )

    @validates_schema(skip_on_field_errors=True)
    def one_way(self, loaded: dict[str, Any], **_options: object) -> None:
        given = [way for way in WAYS if loaded.get(way)]
        if len(given) != 1:
            wrong = "conflict" if given else "required"
            raise ValidationError(
                [{"code": wrong, "message": f"Say who, by one of: {', '.join(WAYS)}."}], field_name="author"
            )

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> Wanted:
        return Wanted(
            **{way: loaded.get(way, "") for way in WAYS},
            site=loaded.get("site", ""),
            reason=loaded["reason"],
            expires_at=loaded.get("expires_at"),
        )


@dataclass(frozen=True)
class BansWanted:
    """The query of the bans, typed."""

    limit: int
    site: str = ""
    kind: BanKind | None = None
    cursor: str = ""


class BansQuery(Strict):
    site = Cleaned(slug, max_length=SLUG_MAX, metadata=about("A site that the credential reaches."))
    kind = Choice(BanKind)
    cursor = Cleaned(str, max_length=CURSOR_MAX, metadata=about("`next` of the answer before."))
    limit = Whole(1, MAX_LIMIT, from_text=True, load_default=DEFAULT_LIMIT)

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> BansWanted:
        return BansWanted(**loaded)


class BanAnswer(Answer):
    id = fields.String(required=True)
    site = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in BanKind]))
    author = fields.String(required=True, allow_none=True)
    email_domain = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    by = fields.String(required=True, metadata=about("Who banned."))
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True, allow_none=True)


class BansAnswer(Answer):
    bans = fields.List(fields.Nested(BanAnswer), required=True)
    next = fields.String(required=True, allow_none=True, metadata=about("The cursor of what follows."))
