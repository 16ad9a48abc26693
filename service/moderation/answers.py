"""The shapes of what the moderation routes answer."""

from __future__ import annotations

from marshmallow import fields, validate

from service.domain.status import Status
from service.threads.schemas import Votes
from service.web.fields import Answer

STATUS = validate.OneOf([status.value for status in Status])


def _text(description: str = "", *, null: bool = False) -> fields.String:
    metadata = {"description": description} if description else {}
    return fields.String(required=True, allow_none=null, metadata=metadata)


def _moment(*, null: bool = False) -> fields.DateTime:
    return fields.DateTime(required=True, allow_none=null)


def _whole(description: str = "") -> fields.Integer:
    return fields.Integer(required=True, metadata={"description": description} if description else {})


class PageNamedAnswer(Answer):
    key = _text("The canonical key of the thread.")
    url = _text(null=True)
    title = _text()


class MessageAnswer(Answer):
    key = _text("Which sentence, such as `signal.links.some`.")
    values = fields.Dict(
        required=True,
        metadata={
            "description": "What goes into it: numbers, texts from outside, and messages again, alone or in a list."
        },
    )


SAID = fields.List(
    fields.Nested(MessageAnswer),
    required=True,
    metadata={
        "description": "The reason, to be said in any language; empty for signals stored before there were any."
    },
)


class SignalAnswer(Answer):
    check = _text("Which check fired.")
    version = _whole("Of the check.")
    score = fields.Float(required=True, metadata={"description": "Evidence of spam, 0 to 1."})
    reason = _text("What it saw, in English.")
    messages = SAID
    span = fields.List(
        fields.Integer(),
        required=True,
        allow_none=True,
        validate=validate.Length(2, 2),
        metadata={"description": "Start and end in the body, in code points."},
    )


class AuthorSeenAnswer(Answer):
    id = _text()
    name = _text("As first given; a comment has its own.")
    first_seen = _moment()
    pending = _whole()
    approved = _whole()
    rejected = _whole()
    spam = _whole()


class QueuedComment(Answer):
    id = _text()
    site = _text()
    page = fields.Nested(PageNamedAnswer, required=True)
    parent = _text("The comment replied to.", null=True)
    depth = _whole()
    name = _text()
    website = _text(null=True)
    avatar = _text("A random seed to draw a picture from.")
    staff = fields.Boolean(required=True)
    body = _text("The source, as it was sent.")
    body_html = _text("Safe HTML.")
    language = _text("What it seems to be written in, such as `tr`; null where that is not clear.", null=True)
    status = fields.String(required=True, validate=STATUS)
    version = _whole("Send it as If-Match with a decision.")
    score = fields.Float(required=True, metadata={"description": "All signals taken together, 0 to 1."})
    signals = fields.List(fields.Nested(SignalAnswer), required=True)
    author = fields.Nested(AuthorSeenAnswer, required=True)
    campaign = _text(null=True)
    reports = _whole("Complaints of readers.")
    review_due = fields.Boolean(
        required=True,
        metadata={"description": "Published by the filter, drawn for review, and nobody has decided since."},
    )
    votes = fields.Nested(Votes, required=True)
    created_at = _moment()
    edited_at = _moment(null=True)


class QueueAnswer(Answer):
    comments = fields.List(fields.Nested(QueuedComment), required=True)
    next = _text("The cursor of what follows.", null=True)
    total = _whole("How many comments the filter matches in all.")
    total_is_least = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether there may be more than `total`: a search is counted to 1,000, other filters to "
            "10,000; site and status alone are always exact."
        },
    )


class EventAnswer(Answer):
    id = _text()
    site = _text()
    kind = _text()
    actor = _text()
    comment = _text(null=True)
    decision = _text("What undo refers to.", null=True)
    before = fields.String(required=True, allow_none=True, validate=STATUS)
    after = fields.String(required=True, allow_none=True, validate=STATUS)
    version = fields.Integer(required=True, allow_none=True)
    reason = _text()
    note = _text()
    detail = fields.Dict(required=True)
    created_at = _moment()


class WrittenAnswer(Answer):
    id = _text()
    status = fields.String(required=True, validate=STATUS)
    body = _text()
    page = fields.Nested(PageNamedAnswer, required=True)
    created_at = _moment()


class OpinionPartAnswer(Answer):
    kind = _text("`bias`, `signal`, `word`, or `other_words` for all that are not listed.")
    prior = fields.Float(
        required=True,
        metadata={"description": "What the prior adds to the log odds, as far as the site believes it."},
    )
    site = fields.Float(required=True, metadata={"description": "What this site has learned adds to them."})
    name = fields.String(metadata={"description": "Of a signal."})
    span = fields.List(
        fields.Integer(),
        validate=validate.Length(2, 2),
        metadata={"description": "Of a word: start and end in the body, in code points."},
    )


class OpinionAnswer(Answer):
    probability = fields.Float(required=True, metadata={"description": "Of spam, 0 to 1."})
    logit = fields.Float(required=True, metadata={"description": "Its log odds: the sum of the parts."})
    model = _whole("The version of the site's model, 0 for none.")
    prior = _text("The version of the prior that ships, empty for none.")
    parts = fields.List(fields.Nested(OpinionPartAnswer), required=True)


class CommentAnswer(QueuedComment):
    opinion = fields.Nested(
        OpinionAnswer,
        required=True,
        allow_none=True,
        metadata={
            "description": "What the classifier thought of this text when it came; null for one never judged."
        },
    )
    events = fields.List(
        fields.Nested(EventAnswer), required=True, metadata={"description": "The last 200, oldest first."}
    )
    history = fields.List(
        fields.Nested(WrittenAnswer),
        required=True,
        metadata={"description": "The author's latest comments, this one among them."},
    )


class DecisionAnswer(Answer):
    comment = fields.Nested(QueuedComment, required=True)
    undo = _text("The id that undoes it.")


class BulkAnswer(Answer):
    decided = _whole()
    skipped = _whole("Unknown, out of reach, or the move is not allowed.")
    undo = _text("The id that undoes it all; null when nothing moved.", null=True)


class UndoAnswer(Answer):
    restored = _whole()
    skipped = _whole("Changed since by somebody.")
    undone = _text("The decision that was undone.")


class EventsAnswer(Answer):
    events = fields.List(fields.Nested(EventAnswer), required=True)
    next = _text("The cursor of what follows.", null=True)


class AuthorAnswer(AuthorSeenAnswer):
    site = _text()
    avatar = _text("A random seed to draw a picture from.")
    deleted = _whole()
    comments = fields.List(
        fields.Nested(WrittenAnswer), required=True, metadata={"description": "The latest, newest first."}
    )


class RevealAnswer(Answer):
    email = _text()
