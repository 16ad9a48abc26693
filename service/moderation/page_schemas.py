"""What the routes of pages take and give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from service.domain.comment import NOTE_MAX
from service.domain.controls import SLOW_SECONDS_MAX, SetBy
from service.domain.page import URL_MAX
from service.domain.text import clean_body
from service.moderation.pages import Change
from service.moderation.schemas import DEFAULT_LIMIT, MAX_LIMIT, about, page_key, slug
from service.storage.page_controls import PageOrder, PageState
from service.threads.schemas import SLUG_MAX
from service.web.cursor import CURSOR_MAX
from service.web.fields import Answer, Choice, Cleaned, Flag, Strict, Whole


@dataclass(frozen=True)
class PagesWanted:
    """The query of the pages, typed."""

    order: PageOrder
    limit: int
    site: str = ""
    page: str = ""
    state: PageState | None = None
    cursor: str = ""


class PagesQuery(Strict):
    site = Cleaned(slug, max_length=SLUG_MAX, metadata=about("A site that the credential reaches."))
    page = Cleaned(page_key, max_length=URL_MAX, metadata=about("One page, in any spelling."))
    state = Choice(PageState)
    order = Choice(
        PageOrder,
        load_default=PageOrder.NEWEST,
        metadata=about("`heat`: only pages that received something in the last minutes, hottest first."),
    )
    cursor = Cleaned(str, max_length=CURSOR_MAX, metadata=about("`next` of the answer before."))
    limit = Whole(1, MAX_LIMIT, from_text=True, load_default=DEFAULT_LIMIT)

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> PagesWanted:
        return PagesWanted(**loaded)


class PageChange(Strict):
    """What is left out stays as it is."""

    open = Flag(metadata=about("Whether the page takes comments."))
    held = Flag(metadata=about("Whether everything on the page waits for a moderator."))
    slow_seconds = Whole(
        0, SLOW_SECONDS_MAX, metadata=about("Seconds between two comments of one sender; 0 for none.")
    )
    note = Cleaned(
        partial(clean_body, max_length=NOTE_MAX),
        allow_none=True,
        max_length=NOTE_MAX,
        metadata=about("For the audit log."),
    )

    @validates_schema(skip_on_field_errors=True)
    def something(self, loaded: dict[str, Any], **_options: object) -> None:
        if not loaded.keys() & {"open", "held", "slow_seconds"}:
            missing = {"code": "required", "message": "Say what to change: open, held or slow_seconds."}
            raise ValidationError([missing], field_name="open")

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> Change:
        return Change(
            loaded.get("open"), loaded.get("held"), loaded.get("slow_seconds"), loaded.get("note") or ""
        )


def _set_by(description: str, *who: SetBy) -> fields.String:
    allowed = [str(one) for one in who]
    return fields.String(
        required=True, allow_none=True, validate=validate.OneOf(allowed), metadata=about(description)
    )


class HeatAnswer(Answer):
    degree = fields.Float(
        required=True, metadata=about("Times the usual pace, up to doubled by the share of risky comments.")
    )
    received = fields.Integer(required=True, metadata=about("Comments of the last ten minutes."))
    risky = fields.Integer(required=True, metadata=about("Of those, with a score of 0.5 or more."))
    usual = fields.Float(required=True, metadata=about("Comments in ten minutes that would be usual."))
    usual_share = fields.Float(required=True, metadata=about("The share of risky ones, usually on the site."))
    boils = fields.Boolean(required=True, metadata=about("Whether that is enough to be held by itself."))
    measured_at = fields.DateTime(required=True)


class PageCounts(Answer):
    approved = fields.Integer(required=True)
    pending = fields.Integer(required=True)


class PageAnswer(Answer):
    id = fields.String(required=True)
    site = fields.String(required=True)
    key = fields.String(required=True)
    url = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    version = fields.Integer(required=True, metadata=about("For If-Match."))
    open = fields.Boolean(required=True)
    closed_by = _set_by("Null while it is open.", SetBy.DESK, SetBy.AGE)
    held = fields.Boolean(required=True)
    held_by = _set_by("Null while it is not held.", SetBy.DESK, SetBy.HEAT)
    slow_seconds = fields.Integer(required=True)
    changed_by = fields.String(required=True, allow_none=True)
    changed_at = fields.DateTime(required=True, allow_none=True)
    created_at = fields.DateTime(required=True)
    comments = fields.Nested(PageCounts, required=True)
    heat = fields.Nested(
        HeatAnswer, required=True, allow_none=True, metadata=about("Null when nothing came lately.")
    )


class PagesAnswer(Answer):
    pages = fields.List(fields.Nested(PageAnswer), required=True)
    next = fields.String(required=True, allow_none=True, metadata=about("The cursor of what follows."))
