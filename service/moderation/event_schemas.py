"""What the routes of the audit log take and give."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from marshmallow import fields, post_load, validate

from service.domain.errors import TextProblem
from service.domain.text import clean_line
from service.moderation.audit import Finding
from service.moderation.schemas import DEFAULT_LIMIT, MAX_LIMIT, about, named_code, slug, timed
from service.threads.schemas import SLUG_MAX
from service.web.cursor import CURSOR_MAX
from service.web.fields import Answer, Cleaned, Id, Strict, Whole

ACTOR_MAX: Final = 120
KNOWN_PATTERN: Final = "[0-9]{1,9}:[0-9a-f]{64}"
_KNOWN: Final = re.compile(KNOWN_PATTERN)


def _seal(raw: str) -> tuple[int, str]:
    if not _KNOWN.fullmatch(raw):
        raise TextProblem("invalid", "A seal is written as its number, a colon, and its digest.")
    number, _, digest = raw.partition(":")
    return int(number), digest


@dataclass(frozen=True)
class EventsChosen:
    """Which events, typed."""

    site: str = ""
    kind: str = ""
    actor: str = ""
    comment: str = ""
    decision: str = ""
    author: str = ""
    since: datetime | None = None
    until: datetime | None = None


class EventsFilter(Strict):
    """Which events: all that is given must hold."""

    site = Cleaned(slug, max_length=SLUG_MAX, metadata=about("A site that the credential reaches."))
    kind = named_code("Such as `decided`, `undone`, `submitted`.")
    actor = Cleaned(
        partial(clean_line, max_length=ACTOR_MAX),
        max_length=ACTOR_MAX,
        metadata=about("Who did it, as the log names them."),
    )
    comment = Id()
    decision = Id()
    author = Id(metadata={"description": "Events of this author's comments, and those that name the author."})
    since = timed("At this time or later.", "from")
    until = timed("Before this time.", "to")

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> Any:
        return EventsChosen(**loaded)


@dataclass(frozen=True)
class EventsWanted:
    """Which part of the log to list, typed."""

    chosen: EventsChosen
    limit: int
    cursor: str = ""


class EventsQuery(EventsFilter):
    cursor = Cleaned(str, max_length=CURSOR_MAX, metadata=about("`next` of the answer before."))
    limit = Whole(1, MAX_LIMIT, from_text=True, load_default=DEFAULT_LIMIT)

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> Any:
        limit, cursor = loaded.pop("limit"), loaded.pop("cursor", "")
        return EventsWanted(EventsChosen(**loaded), limit, cursor)


class VerificationQuery(Strict):
    site = Cleaned(
        slug,
        load_default="",
        max_length=SLUG_MAX,
        metadata=about("A site of the credential; needed when it reaches several."),
    )
    known = Cleaned(
        _seal,
        load_default=None,
        metadata=about("A `head` noted earlier: the chain must still hold it.", pattern=f"^{KNOWN_PATTERN}$"),
    )


class FoundAnswer(Answer):
    finding = fields.String(required=True, validate=validate.OneOf([str(finding) for finding in Finding]))
    event = fields.String(required=True, allow_none=True)
    seal = fields.Integer(required=True, allow_none=True)


class VerificationAnswer(Answer):
    site = fields.String(required=True)
    intact = fields.Boolean(required=True, metadata=about("Nothing was changed, taken away, moved or added."))
    events = fields.Integer(required=True, metadata=about("How many were checked."))
    unsealed = fields.Integer(required=True, metadata=about("Of those, written in the last seconds."))
    seals = fields.Integer(required=True)
    head = fields.String(
        required=True,
        allow_none=True,
        metadata=about("The last seal. Note it elsewhere, and give it as `known` later."),
    )
    sealed_at = fields.DateTime(required=True, allow_none=True)
    wrong = fields.Integer(required=True, metadata=about("How many things are wrong."))
    findings = fields.List(
        fields.Nested(FoundAnswer), required=True, metadata=about("The first hundred of them.")
    )
    checked_at = fields.DateTime(required=True)
