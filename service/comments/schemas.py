"""What readers send and get."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

from marshmallow import fields, post_load

from service import clock
from service.comments.report import Reason
from service.domain.comment import BODY_MAX, NAME_MAX, NOTE_MAX, TITLE_MAX, NewComment
from service.domain.email import EMAIL_MAX, parse_email
from service.domain.page import URL_MAX, canonical_page
from service.domain.text import clean_body, clean_line
from service.domain.website import WEBSITE_MAX, clean_website
from service.privacy.challenges import SOLUTION_MAX
from service.threads.schemas import PublicComment, Votes, slug
from service.web.fields import Answer, Choice, Cleaned, Flag, Id, Strict, Whole

MILLISECONDS_MAX = 2**53 - 1


def about(description: str) -> dict[str, str]:
    """The metadata of a field."""
    return {"description": description}


class CommentInput(Strict):
    """A new comment; `page_hosts` are the hosts whose pages the site takes (none: all)."""

    def __init__(self, page_hosts: Collection[str] = ()) -> None:
        super().__init__()
        page: Cleaned = self.fields["page"]  # type: ignore[assignment]
        page.clean = partial(canonical_page, page_hosts=page_hosts)

    site = Cleaned(slug, required=True, metadata=about("The site's slug."))
    page = Cleaned(
        canonical_page,
        required=True,
        max_length=URL_MAX,
        metadata=about("The page's URL, or the publisher's own stable key."),
    )
    title = Cleaned(
        partial(clean_line, max_length=TITLE_MAX),
        load_default="",
        allow_none=True,
        max_length=TITLE_MAX,
        metadata=about("The page's title."),
    )
    parent = Id(load_default=None, allow_none=True)
    name = Cleaned(partial(clean_line, max_length=NAME_MAX), required=True, max_length=NAME_MAX)
    email = Cleaned(parse_email, required=True, max_length=EMAIL_MAX, metadata=about("Never published."))
    website = Cleaned(
        clean_website,
        load_default="",
        allow_none=True,
        max_length=WEBSITE_MAX,
        metadata=about("An absolute http(s) address."),
    )
    body = Cleaned(
        partial(clean_body, max_length=BODY_MAX),
        required=True,
        max_length=BODY_MAX,
        metadata=about("Plain text with a little Markdown."),
    )
    notify = Flag(load_default=False, metadata=about("Whether to write to this email when somebody replies."))
    challenge = Cleaned(
        partial(clean_line, max_length=SOLUTION_MAX),
        load_default="",
        allow_none=True,
        max_length=SOLUTION_MAX,
        metadata=about(
            "The solution of a challenge: altcha's payload, base64. Or `ask`: this client can solve one if need be. "
            "Without either, what would be asked for work waits for a moderator instead."
        ),
    )

    trap = Cleaned(
        str.strip,
        load_default="",
        allow_none=True,
        metadata=about(
            "Leave it empty: forms carry it where people do not see it. A comment with it filled is taken, and waits."
        ),
    )
    opened_at = Whole(
        0,
        MILLISECONDS_MAX,
        from_text=True,
        load_default=None,
        allow_none=True,
        metadata=about("When the form was opened, in milliseconds since 1970, by the sender's own clock."),
    )

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> NewComment:
        trap, opened_at = loaded.pop("trap"), loaded.pop("opened_at")
        blank_for_null = {name: "" for name, value in loaded.items() if value is None and name != "parent"}
        return NewComment(
            **{**loaded, **blank_for_null},
            honeypot_filled=bool(trap),
            form_seconds=None if opened_at is None else clock.now().timestamp() - opened_at / 1000,
        )


class SubmittedComment(PublicComment):
    status = fields.String(
        required=True,
        metadata={"enum": ["approved", "pending"], "description": "Whether others see it already."},
    )


class SubmitAnswer(Answer):
    comment = fields.Nested(SubmittedComment, required=True)
    author_token = fields.String(
        required=True, metadata=about("Lets its bearer edit and delete this comment.")
    )


class EditInput(Strict):
    body = Cleaned(partial(clean_body, max_length=BODY_MAX), required=True, max_length=BODY_MAX)


class EditAnswer(Answer):
    comment = fields.Nested(SubmittedComment, required=True)


class StatusAnswer(Answer):
    status = fields.String(
        required=True,
        metadata={
            "enum": ["approved", "pending", "rejected", "deleted"],
            "description": "What is taken for spam says pending.",
        },
    )
    reason = fields.String(required=True, metadata=about("The moderator's code, of a rejected comment."))
    comment = fields.Nested(
        PublicComment, required=True, allow_none=True, metadata=about("As everybody sees it, when approved.")
    )


class PreviewInput(Strict):
    site = Cleaned(slug, required=True, metadata=about("The site's slug."))
    body = Cleaned(partial(clean_body, max_length=BODY_MAX), required=True, max_length=BODY_MAX)


class PreviewAnswer(Answer):
    body_html = fields.String(required=True, metadata=about("Safe HTML, as a comment with this text has it."))


class VoteInput(Strict):
    value = Whole(-1, 1, required=True, metadata=about("1 for, -1 against, 0 takes the vote back."))


class VoteAnswer(Answer):
    votes = fields.Nested(Votes, required=True)
    value = fields.Integer(required=True)


class ReportInput(Strict):
    reason = Choice(Reason, required=True)
    note = Cleaned(
        partial(clean_body, max_length=NOTE_MAX), load_default="", allow_none=True, max_length=NOTE_MAX
    )


class ReportAnswer(Answer):
    reported = fields.Boolean(required=True)


class ChallengeData(Answer):
    """What the challenge is bound to, signed with it."""

    id = fields.String(required=True)
    level = fields.Integer(required=True)
    site = fields.String(required=True)
    page = fields.String(required=True)
    comment = fields.String(required=True)


class ChallengeParameters(Answer):
    algorithm = fields.String(required=True)
    cost = fields.Integer(required=True, metadata=about("Iterations for each counter."))
    key_length = fields.Integer(required=True, data_key="keyLength")
    key_prefix = fields.String(
        required=True, data_key="keyPrefix", metadata=about("What the derived key has to begin with, in hex.")
    )
    key_signature = fields.String(required=True, data_key="keySignature")
    nonce = fields.String(required=True)
    salt = fields.String(required=True)
    expires_at = fields.Integer(required=True, data_key="expiresAt", metadata=about("Seconds since 1970."))
    data = fields.Nested(ChallengeData, required=True)


class ChallengeAnswer(Answer):
    """An altcha challenge, version 2."""

    parameters = fields.Nested(ChallengeParameters, required=True)
    signature = fields.String(required=True)
