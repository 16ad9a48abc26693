"""What the moderation routes take and give."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from service.domain.comment import NOTE_MAX
from service.domain.errors import TextProblem
from service.domain.moment import moment
from service.domain.page import URL_MAX, canonical_page
from service.domain.status import Decision, Status
from service.domain.text import clean_body, clean_line, fold
from service.moderation.bulk import COMMENTS_MAX
from service.storage.queue import Filter, Order
from service.threads.schemas import SLUG_MAX
from service.web.cursor import CURSOR_MAX
from service.web.fields import MESSAGES, Choice, Cleaned, Flag, Id, Strict, Whole, problem

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
NAMED_MAX = 500
VERSION_MAX = 999_999_999
SEARCH_MAX = 200
CODE_PATTERN = "[a-z0-9_]{1,40}"
_CODE = re.compile(CODE_PATTERN)


def slug(raw: str) -> str:
    """A site's slug as asked for; whether there is such a site is looked at later."""
    if len(raw) > SLUG_MAX or not raw.isprintable():
        raise TextProblem("invalid", "This is not a site.")
    return raw


def code(raw: str) -> str:
    """A short word for programs: the reason of a decision, the name of a check, the kind of an event."""
    if not _CODE.fullmatch(raw):
        raise TextProblem("invalid", "1 to 40 of a-z, 0-9 and _.")
    return raw


def searched(raw: str) -> str:
    """The folded form of what to search for."""
    folded = fold(clean_line(raw, SEARCH_MAX))
    if not folded:
        raise TextProblem("invalid", "There is nothing in this to search for.")
    return folded


def page_key(raw: str) -> str:
    """The canonical key of any spelling; a site that lists hosts may still hold pages of others from before."""
    return canonical_page(raw).key


def about(description: str, **more: str) -> dict[str, str]:
    """The metadata of a field."""
    return {"description": description, **more}


def named_code(description: str) -> Cleaned:
    """A code as a filter."""
    return Cleaned(code, metadata=about(description, pattern=f"^{CODE_PATTERN}$"))


def timed(description: str, name: str | None = None) -> Cleaned:
    """A time; `name` is the field's own where Python does not allow it."""
    return Cleaned(moment, data_key=name, metadata=about(description, format="date-time"))


class FilterInput(Strict):
    """Which comments: all that is given must hold."""

    site = Cleaned(slug, max_length=SLUG_MAX, metadata=about("A site that the credential reaches."))
    status = Choice(Status, load_default=Status.PENDING)
    page = Cleaned(page_key, max_length=URL_MAX, metadata=about("The page, in any spelling."))
    author = Id()
    q = Cleaned(
        searched,
        max_length=SEARCH_MAX,
        metadata=about("Text in the name or the body; case, accents and letter variants do not matter."),
    )
    signal = named_code("A check that found something in the comment.")
    campaign = Id()
    language = named_code("The language that the comment seems to be in, such as `tr`.")
    after = timed("Sent at this time or later.")
    before = timed("Sent before this time.")
    review = Flag(
        load_default=False,
        metadata=about(
            "Only what the filter published and the lot chose for review, until somebody decides: `approve` confirms "
            "it, anything else takes it down. `status` does not matter then."
        ),
    )

    def filter_of(self, loaded: dict[str, Any]) -> Filter:
        """The filter; without a site its `sites` are still to be filled in."""
        return Filter(
            sites=(loaded["site"],) if "site" in loaded else (),
            status=loaded["status"],
            author=loaded.get("author", ""),
            page=loaded.get("page", ""),
            signal=loaded.get("signal", ""),
            campaign=loaded.get("campaign", ""),
            language=loaded.get("language", ""),
            search=loaded.get("q", ""),
            after=loaded.get("after"),
            before=loaded.get("before"),
            due=loaded["review"],
        )


@dataclass(frozen=True)
class QueueWanted:
    """The query of the queue, typed."""

    filter: Filter
    order: Order
    cursor: str
    limit: int


class QueueQuery(FilterInput):
    order = Choice(Order, load_default=Order.OLDEST)
    cursor = Cleaned(str, max_length=CURSOR_MAX, metadata=about("`next` of the answer before."))
    limit = Whole(1, MAX_LIMIT, from_text=True, load_default=DEFAULT_LIMIT)

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> QueueWanted:
        return QueueWanted(self.filter_of(loaded), loaded["order"], loaded.get("cursor", ""), loaded["limit"])


class WhereInput(FilterInput):
    """The filter of a bulk decision: the queue's own, so that its `total` is what to expect."""

    @post_load
    def typed(self, loaded: dict[str, Any], **_options: object) -> Filter:
        return self.filter_of(loaded)


class DecisionInput(Strict):
    decision = Choice(Decision, required=True)
    reason = Cleaned(
        code,
        allow_none=True,
        metadata=about("A code of the newsroom's own.", pattern=f"^{CODE_PATTERN}$"),
    )
    note = Cleaned(
        partial(clean_body, max_length=NOTE_MAX),
        allow_none=True,
        max_length=NOTE_MAX,
        metadata=about("For the audit log."),
    )


class Named(fields.List[Any]):
    """Ids of comments."""

    default_error_messages = MESSAGES

    def __init__(self) -> None:
        length = validate.Length(1, NAMED_MAX)
        super().__init__(Id(), validate=length, metadata=about("These comments; or give `where`."))

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> list[Any]:
        if isinstance(value, list) and not 1 <= len(value) <= NAMED_MAX:
            raise problem("invalid", f"1 to {NAMED_MAX} ids.")
        return super()._deserialize(value, attr, data, **options)

    def _validate(self, value: Any) -> None:
        """Checked above, with our code; `validate` only describes it."""


class Versions(fields.List[Any]):
    """The versions of the comments as they were seen."""

    default_error_messages = MESSAGES

    def __init__(self) -> None:
        super().__init__(
            Whole(1, VERSION_MAX),
            validate=validate.Length(1, NAMED_MAX),
            metadata=about("Of the `ids`, in their order: what somebody changed meanwhile is skipped."),
        )

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> list[Any]:
        if isinstance(value, list) and not 1 <= len(value) <= NAMED_MAX:
            raise problem("invalid", f"1 to {NAMED_MAX} versions.")
        return super()._deserialize(value, attr, data, **options)

    def _validate(self, value: Any) -> None:
        """Checked above, with our code; `validate` only describes it."""


class Expected(Whole):
    """How many comments a filter is expected to match."""

    def __init__(self) -> None:
        super().__init__(
            0, COMMENTS_MAX, metadata=about("The `total` that the queue showed for this filter.")
        )

    def _deserialize(self, value: object, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, int) and value > COMMENTS_MAX:
            raise problem(
                "too_many", f"One decision takes at most {COMMENTS_MAX} comments: narrow the filter."
            )
        return super()._deserialize(value, attr, data, **options)


class BulkInput(DecisionInput):
    ids = Named()
    versions = Versions()
    where = fields.Nested(
        WhereInput,
        error_messages=MESSAGES,
        metadata=about("What this matches on one site; at least one filter besides the site."),
    )
    expect = Expected()

    @validates_schema(pass_original=True, skip_on_field_errors=True)
    def one_way(self, loaded: dict[str, Any], original: dict[str, Any], **_options: object) -> None:
        if ("ids" in loaded) == ("where" in loaded):
            wrong = "conflict" if "ids" in loaded else "required"
            raise _at("ids", wrong, "Name the comments by `ids`, or by `where`: one of the two.")
        if "ids" in loaded and "expect" in loaded:
            raise _at("expect", "conflict", "`expect` belongs to `where`.")
        if "versions" in loaded and len(loaded["versions"]) != len(loaded.get("ids", ())):
            raise _at("versions", "conflict", "One version for each of the `ids`, in their order.")
        if "where" in loaded and "expect" not in loaded:
            raise _at("expect", "required", "With `where`, say how many comments you expect.")
        if "where" in loaded and not original["where"].keys() - {"site"}:
            raise _at("where", "required", "Name at least one filter besides the site.")


def _at(field: str, wrong: str, message: str) -> ValidationError:
    return ValidationError([{"code": wrong, "message": message}], field_name=field)


class RevealInput(Strict):
    reason = Cleaned(
        partial(clean_line, max_length=NOTE_MAX),
        required=True,
        max_length=NOTE_MAX,
        metadata=about("Why the email is needed; kept in the audit log."),
    )
