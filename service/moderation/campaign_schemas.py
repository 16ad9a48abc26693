"""What the routes about campaigns take and give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields, post_load, validate

from service.domain.campaign import Bond
from service.domain.status import Status
from service.moderation.answers import WrittenAnswer
from service.moderation.schemas import about, slug
from service.threads.schemas import SLUG_MAX
from service.web.cursor import CURSOR_MAX
from service.web.fields import Answer, Choice, Cleaned, Strict, Whole

DEFAULT_LIMIT = 20
MAX_LIMIT = 50


@dataclass(frozen=True)
class CampaignsWanted:
    """The query of the campaigns, typed."""

    limit: int
    site: str = ""
    status: Status | None = None
    cursor: str = ""


class CampaignsQuery(Strict):
    site = Cleaned(slug, max_length=SLUG_MAX, metadata=about("A site that the credential reaches."))
    status = Choice(Status, metadata=about("Only campaigns that have comments of this status."))
    cursor = Cleaned(str, max_length=CURSOR_MAX, metadata=about("`next` of the answer before."))
    limit = Whole(1, MAX_LIMIT, from_text=True, load_default=DEFAULT_LIMIT)

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> CampaignsWanted:
        return CampaignsWanted(**loaded)


class ByStatusAnswer(Answer):
    pending = fields.Integer(required=True)
    approved = fields.Integer(required=True)
    rejected = fields.Integer(required=True)
    spam = fields.Integer(required=True)
    deleted = fields.Integer(required=True)


class DomainAnswer(Answer):
    domain = fields.String(required=True)
    comments = fields.Integer(required=True)


class ExampleAnswer(WrittenAnswer):
    name = fields.String(required=True)


class CampaignGroupAnswer(Answer):
    id = fields.String(
        required=True, metadata=about("What the filter `campaign` of the queue and of decisions takes.")
    )
    site = fields.String(required=True)
    bond = fields.String(
        required=True,
        validate=validate.OneOf([bond.value for bond in Bond]),
        metadata=about(
            "What binds its comments: near-duplicate texts, a link domain, or where they come from."
        ),
    )
    comments = fields.Integer(required=True)
    by_status = fields.Nested(ByStatusAnswer, required=True)
    authors = fields.Integer(required=True, metadata=about("Different emails."))
    sources = fields.Integer(
        required=True,
        metadata=about("Different networks; those of comments older than 30 days are forgotten."),
    )
    pages = fields.Integer(required=True)
    phrases = fields.List(
        fields.String(),
        required=True,
        metadata=about("Words that most of the latest comments share, folded, longest first."),
    )
    link_domains = fields.List(fields.Nested(DomainAnswer), required=True)
    first_seen = fields.DateTime(required=True)
    last_seen = fields.DateTime(required=True)
    examples = fields.List(
        fields.Nested(ExampleAnswer), required=True, metadata=about("Up to three of the latest.")
    )


class CampaignGroupsAnswer(Answer):
    campaigns = fields.List(fields.Nested(CampaignGroupAnswer), required=True)
    next = fields.String(required=True, allow_none=True, metadata=about("The cursor of what follows."))
