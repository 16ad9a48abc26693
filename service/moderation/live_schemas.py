"""What the routes about the live queue take and give."""

from __future__ import annotations

from marshmallow import fields

from service.moderation.answers import STATUS
from service.moderation.schemas import about, slug
from service.threads.schemas import SLUG_MAX
from service.web.fields import Answer, Cleaned, Id, Strict


class LiveQuery(Strict):
    site = Cleaned(slug, max_length=SLUG_MAX, metadata=about("A site that the credential reaches."))


class LookInput(Strict):
    comment = Id(required=True, allow_none=True, metadata=about("What you are looking at; null for nothing."))


class ChangeAnswer(Answer):
    comment = fields.String(required=True)
    site = fields.String(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True, validate=STATUS)
    version = fields.Integer(required=True)
    by = fields.String(required=True, metadata=about("Who did it, as the log names them."))
    at = fields.DateTime(required=True)


class ClaimAnswer(Answer):
    comment = fields.String(required=True)
    site = fields.String(required=True)
    by = fields.String(required=True)
    since = fields.DateTime(required=True)
    until = fields.DateTime(required=True)


class LiveAnswer(Answer):
    changes = fields.List(
        fields.Nested(ChangeAnswer),
        required=True,
        metadata=about("What changed the status of comments in the last 15 seconds, newest first."),
    )
    truncated = fields.Boolean(
        required=True, metadata=about("There were more changes than are listed: read the queue again.")
    )
    claims = fields.List(
        fields.Nested(ClaimAnswer),
        required=True,
        metadata=about("What people are looking at now: hints, which bind nobody."),
    )
    pending = fields.Integer(required=True, metadata=about("How many comments wait."))
