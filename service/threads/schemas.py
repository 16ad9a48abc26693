"""What the reading routes take and give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, fields, post_load

from service.domain.errors import TextProblem
from service.storage.threads import Sort
from service.threads.listing import DEFAULT_LIMIT, MAX_LIMIT
from service.web.cursor import CURSOR_MAX
from service.web.fields import Answer, Choice, Cleaned, Strict, Whole

SLUG_MAX = 63
PAGE_MAX = 2_000


def slug(raw: str) -> str:
    """A site's slug as asked for; one that cannot be is refused as not found later, so any short text passes."""
    if not raw or len(raw) > SLUG_MAX or "\0" in raw:
        raise TextProblem("invalid", "This is not a site.")
    return raw


def text(raw: str) -> str:
    """Any text; what it means is looked at later."""
    return raw


class Query(Strict):
    """Base of query schemas: parameters that we do not know are somebody else's business."""

    class Meta:
        unknown = EXCLUDE


class SiteQuery(Query):
    site = Cleaned(slug, required=True, metadata={"description": "The site's slug."})


class PageQuery(SiteQuery):
    page = Cleaned(text, required=True, metadata={"description": "The page's URL or the publisher's key."})


@dataclass(frozen=True)
class ThreadWanted:
    """The query of a thread, typed."""

    site: str
    page: str
    sort: Sort
    cursor: str
    limit: int
    comment: str
    lang: str
    reply_to: str
    fragment: int


class ThreadQuery(PageQuery):
    sort = Choice(
        Sort, load_default=Sort.NEWEST, metadata={"description": "Order of the top-level comments."}
    )
    cursor = Cleaned(
        text,
        load_default="",
        max_length=CURSOR_MAX,
        metadata={"description": "`next` or `more_replies` of another answer."},
    )
    limit = Whole(1, MAX_LIMIT, from_text=True, load_default=DEFAULT_LIMIT)
    comment = Cleaned(
        text,
        load_default="",
        metadata={"description": "The comment of a permalink: it comes as `linked` when it is not listed."},
    )

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> ThreadWanted:
        return ThreadWanted(**{"lang": "", "reply_to": "", "fragment": 0, **loaded})


class FragmentQuery(ThreadQuery):
    lang = Cleaned(text, load_default="", metadata={"description": "en, tr or ur; default: the site's."})
    reply_to = Cleaned(
        text, load_default="", metadata={"description": "The comment that the form shall answer."}
    )
    fragment = Whole(
        0,
        1,
        from_text=True,
        load_default=0,
        metadata={"description": "1: the thread alone, for inclusion in a page of the publisher."},
    )


class Votes(Answer):
    up = fields.Integer(required=True)
    down = fields.Integer(required=True)


class PublicComment(Answer):
    id = fields.String(required=True)
    parent = fields.String(
        required=True, allow_none=True, metadata={"description": "The comment replied to."}
    )
    depth = fields.Integer(required=True)
    name = fields.String(required=True)
    website = fields.String(required=True, allow_none=True)
    avatar = fields.String(required=True, metadata={"description": "A random seed to draw a picture from."})
    staff = fields.Boolean(required=True)
    body_html = fields.String(required=True, metadata={"description": "Safe HTML."})
    created_at = fields.DateTime(required=True)
    edited_at = fields.DateTime(required=True, allow_none=True)
    votes = fields.Nested(Votes, required=True)
    tombstone = fields.Boolean(
        required=True, metadata={"description": "True for a removed comment that still carries replies."}
    )
    replies = fields.List(fields.Nested(lambda: PublicComment()), required=True)
    more_replies = fields.String(required=True, allow_none=True)


class PageView(Answer):
    key = fields.String(required=True)
    count = fields.Integer(required=True)
    open = fields.Boolean(required=True, metadata={"description": "Whether it takes new comments."})
    mail = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether authors can be written to: `notify` is heard, and /mail/mine sends its link."
        },
    )


class ThreadAnswer(Answer):
    page = fields.Nested(PageView, required=True)
    comments = fields.List(fields.Nested(PublicComment), required=True)
    linked = fields.Nested(
        PublicComment,
        allow_none=True,
        metadata={
            "description": "Only when `comment` was asked for: the top-level comment above it, with it, "
            "or null when it is listed anyway or not public."
        },
    )
    next = fields.String(required=True, allow_none=True)


class CountsQuery(SiteQuery):
    page = fields.List(fields.String(), required=True, metadata={"description": "Up to 100 pages."})


class CountsAnswer(Answer):
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
