"""The moderators' routes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, jsonify, request

from service import clock
from service.auth.guard import principal
from service.domain.errors import FieldProblem, InvalidInput, NotFound
from service.domain.role import Permission
from service.moderation import answers, schemas
from service.moderation.bulk import DecidedMany, Named, decide_matching, decide_named
from service.moderation.decide import Ruling, Seen, Touched, decide_one
from service.moderation.reach import reach
from service.moderation.reveal import Asker, reveal
from service.moderation.schemas import QueueWanted
from service.moderation.undo import Undoer, undo
from service.moderation.views import author_view, event_view, queued_view, written_view
from service.storage import authors, comments, events, queue
from service.storage.database import reading
from service.storage.queue import Filter, Order, Position
from service.threads.routes import prepared
from service.web import cursor
from service.web.body import json_body
from service.web.context import services
from service.web.etag import expected_version, versioned
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import requires

bp = Blueprint("moderation", __name__)
TAG = "Moderation"
HISTORY = 20
EVENTS = 200


@bp.get("/v1/moderation/comments")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "The queue: comments by any filter, with all that is known about each",
        TAG,
        {200: answers.QueueAnswer},
        query=schemas.QueueQuery,
        problems=(400, 401, 403, 404, 422, 503),
    )
)
def list_queue() -> Response:
    asked: QueueWanted = load(schemas.QueueQuery(), request.args)
    wanted = replace(asked.filter, sites=reach(asked.filter.sites))
    position = _position(asked)
    with reading() as session:
        found = queue.listing(session, wanted, asked.order, position, asked.limit + 1)
        total = queue.total(session, wanted)
    shown = found[: asked.limit]
    following = None
    if len(found) > asked.limit:
        last = shown[-1].comment
        place = (last.score, last.id) if asked.order is Order.RISK else (last.id,)
        following = cursor.encode(_list_name(asked.order), *place)
    return jsonify(
        comments=[queued_view(queued) for queued in shown],
        next=following,
        total=total.number,
        total_is_least=total.is_least,
    )


@bp.get("/v1/moderation/comments/<id:comment_id>")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "One comment with its events and its author's history; the ETag is its version",
        TAG,
        {200: answers.CommentAnswer},
        problems=(401, 403, 404, 503),
    )
)
def show_comment(comment_id: str) -> Response:
    with reading() as session:
        queued = queue.one(session, comment_id, principal().scope.sites)
        if queued is None:
            raise NotFound("There is no such comment.")
        site, author_id = queued.comment.site, queued.author.id
        happened = events.of_comment(session, site, comment_id, EVENTS)
        written = queue.history(session, site, author_id, HISTORY)
    return versioned(
        {
            **queued_view(queued),
            "opinion": queued.comment.opinion,
            "events": [event_view(event) for event in happened],
            "history": [written_view(line) for line in written],
        },
        queued.comment.version,
    )


@bp.post("/v1/moderation/comments/<id:comment_id>/decision")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "Decide about one comment",
        TAG,
        {200: answers.DecisionAnswer},
        body=schemas.DecisionInput,
        problems=(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503),
        headers={"If-Match": 'The version that you saw, in quotes: `"1"`.'},
    )
)
def decide(comment_id: str) -> Response:
    with reading() as session:
        found = comments.locate(session, comment_id, principal().scope.sites)
    if found is None:
        raise NotFound("There is no such comment.")
    version = expected_version(request.headers.get("If-Match"))
    ruling = _ruling(load(schemas.DecisionInput(), json_body()))
    decided = decide_one(Seen(found.site, found.id, version), ruling)
    _show_anew([decided.touched])
    return versioned(
        {"comment": queued_view(decided.queued), "undo": ruling.id}, decided.queued.comment.version
    )


@bp.post("/v1/moderation/decisions")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "Decide about many comments at once, in one transaction",
        TAG,
        {200: answers.BulkAnswer},
        body=schemas.BulkInput,
        problems=(400, 401, 403, 404, 412, 413, 415, 422, 503),
    )
)
def decide_many() -> Response:
    asked = load(schemas.BulkInput(), json_body())
    ruling = _ruling(asked)
    decided = _decided_many(asked, ruling)
    _show_anew(decided.touched)
    return jsonify(
        decided=decided.decided, skipped=decided.skipped, undo=ruling.id if decided.decided else None
    )


@bp.post("/v1/moderation/undo/<id:decision_id>")
@requires(Permission.DECIDE)
@operation(
    Operation(
        "Put a decision, or a whole batch, back",
        TAG,
        {200: answers.UndoAnswer},
        problems=(401, 403, 404, 409, 503),
    )
)
def undo_decision(decision_id: str) -> Response:
    who = principal()
    window = timedelta(seconds=services().settings.undo_window_seconds)
    put_back = undo(decision_id, Undoer(who.actor, clock.now(), who.scope.sites, window))
    _show_anew(put_back.touched)
    return jsonify(restored=put_back.restored, skipped=put_back.skipped, undone=decision_id)


@bp.get("/v1/moderation/authors/<id:author_id>")
@requires(Permission.READ_QUEUE)
@operation(
    Operation(
        "An author with the latest comments; never the email",
        TAG,
        {200: answers.AuthorAnswer},
        problems=(401, 403, 404, 503),
    )
)
def show_author(author_id: str) -> Response:
    with reading() as session:
        author = authors.locate(session, author_id, principal().scope.sites)
        if author is None:
            raise NotFound("There is no such author.")
        written = queue.history(session, author.site, author.id, HISTORY)
    return jsonify(author_view(author, written))


@bp.post("/v1/moderation/authors/<id:author_id>/reveal-email")
@requires(Permission.REVEAL_EMAIL)
@operation(
    Operation(
        "An author's email in clear; the audit log keeps who asked and why",
        TAG,
        {200: answers.RevealAnswer},
        body=schemas.RevealInput,
        problems=(400, 401, 403, 404, 413, 415, 422, 503),
    )
)
def reveal_email(author_id: str) -> Response:
    reason = load(schemas.RevealInput(), json_body())["reason"]
    who = principal()
    email = reveal(services().keyring, author_id, Asker(who.actor, who.scope.sites, reason, clock.now()))
    response = jsonify(email=email)
    response.headers["Cache-Control"] = "no-store"
    return response


def _list_name(order: Order) -> str:
    return f"queue_{order}"


def _position(asked: QueueWanted) -> Position | None:
    if not asked.cursor:
        return None
    if asked.order is Order.RISK:
        score, last = cursor.decode(_list_name(asked.order), asked.cursor, 2)
        return Position(last, cursor.real(score))
    return Position(cursor.decode(_list_name(asked.order), asked.cursor, 1)[0])


def _ruling(asked: dict[str, Any]) -> Ruling:
    return Ruling(
        decision=asked["decision"],
        reason=asked.get("reason") or "",
        note=asked.get("note") or "",
        actor=principal().actor,
        at=clock.now(),
    )


def _decided_many(asked: dict[str, Any], ruling: Ruling) -> DecidedMany:
    if "ids" in asked:
        seen = dict(zip(asked["ids"], asked.get("versions", ()), strict=False))
        return decide_named(Named(asked["ids"], seen), principal().scope.sites, ruling)
    wanted: Filter = asked["where"]
    within = reach(wanted.sites)
    if len(within) != 1:
        raise InvalidInput(
            [FieldProblem("where.site", "required", "Name one site: a filter decides within it.")]
        )
    return decide_matching(replace(wanted, sites=within), asked["expect"], ruling)


def _show_anew(touched: Iterable[Touched]) -> None:
    for part in touched:
        if part.page_keys:
            prepared().expire(part.site, *part.page_keys)
