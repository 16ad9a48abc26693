"""The writing routes of readers."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, jsonify, request

from service.clock import rfc3339
from service.comments import challenge, forms, pressure, schemas
from service.comments.edit import edit, take_back
from service.comments.fate import fate
from service.comments.receive import Received, authorship, receive, refusals_counted, sender, site_of
from service.comments.report import report
from service.comments.vote import vote
from service.domain.challenge import Binding, Pressure
from service.domain.errors import NotFound, Unauthenticated
from service.domain.markup import render_html
from service.ratelimit.headers import rate_limit_headers
from service.ratelimit.policies import Action
from service.storage import comments
from service.storage.database import reading
from service.storage.sites import SiteProfile
from service.threads.routes import page_key, prepared
from service.threads.schemas import PageQuery
from service.web import limits
from service.web.body import is_form, json_body
from service.web.context import base_path, services
from service.web.fields import load
from service.web.operation import Operation, operation
from service.web.permissions import public
from service.web.site import readers_site

bp = Blueprint("comments", __name__)
TAG = "Commenting"


@bp.post("/v1/comments")
@public
@operation(
    Operation(
        "Send a comment",
        TAG,
        {201: schemas.SubmitAnswer, 303: None},
        body=schemas.CommentInput,
        form=True,
        problems=(400, 403, 404, 409, 413, 415, 422, 429, 503),
        headers={
            "Idempotency-Key": "Sent again with the same key within 24 hours, the first answer comes again."
        },
    )
)
def submit_comment() -> Response:
    if is_form():
        return forms.submit_form()
    with refusals_counted():
        raw = json_body()
        site = site_of(raw)
    with refusals_counted(site.slug):
        return _created(receive(site, raw))


@bp.get("/v1/challenge")
@public
@operation(
    Operation(
        "A proof-of-work challenge for one comment on a page; used once, within ten minutes",
        TAG,
        {200: schemas.ChallengeAnswer},
        query=PageQuery,
        problems=(403, 404, 422, 429, 503),
    )
)
def get_challenge() -> Response:
    asked = load(PageQuery(), request.args)
    site = readers_site(asked["site"])
    page = page_key(asked["page"], site)
    limits.permit(services(), Action.CHALLENGE, sender(site.slug).keys)
    against = Pressure(tripped=pressure.is_tripped(services(), site.slug))
    bound = Binding(site.slug, challenge.page_hash(services(), site.slug, page.key))
    response = jsonify(challenge.offered(services(), bound, against))
    response.headers["Cache-Control"] = "no-store"
    return response


def _created(received: Received) -> Response:
    token = services().author_tokens.issue(received.shown["id"])
    response = jsonify(comment=received.shown, author_token=token)
    response.status_code = 201
    sent_at = datetime.fromisoformat(received.shown["created_at"])
    window = timedelta(seconds=received.site.edit_window_seconds)
    response.headers["Author-Token-Expires"] = rfc3339(sent_at + window)
    response.headers["Location"] = f"{base_path()}v1/comments/{received.shown['id']}"
    if received.outcome is None:
        response.headers["Idempotency-Replayed"] = "true"
    else:
        response.headers.update(rate_limit_headers(received.outcome))
    return response


@bp.patch("/v1/comments/<id:comment_id>")
@public
@operation(
    Operation(
        "Change a comment, as its author",
        TAG,
        {200: schemas.EditAnswer},
        body=schemas.EditInput,
        problems=(400, 401, 403, 404, 409, 413, 415, 422, 429, 503),
        credential="author",
    )
)
def edit_comment(comment_id: str) -> Response:
    site = _authors_site(comment_id)
    fields = load(schemas.EditInput(), json_body())
    edited = edit(services(), site, comment_id, fields["body"], sender(site.slug))
    prepared().expire(site.slug, edited.page_key)
    return jsonify(comment=edited.shown)


@bp.delete("/v1/comments/<id:comment_id>")
@public
@operation(
    Operation(
        "Take a comment back, as its author",
        TAG,
        {204: None},
        problems=(401, 403, 404, 409, 429, 503),
        credential="author",
    )
)
def delete_comment(comment_id: str) -> Response:
    site = _authors_site(comment_id)
    prepared().expire(site.slug, take_back(services(), site, comment_id, sender(site.slug)))
    return Response(status=204)


@bp.get("/v1/comments/<id:comment_id>/status")
@public
@operation(
    Operation(
        "What became of a comment, for its author",
        TAG,
        {200: schemas.StatusAnswer},
        problems=(401, 403, 404),
        credential="author",
    )
)
def status_of_comment(comment_id: str) -> Response:
    site = _authors_site(comment_id)
    response = jsonify(fate(site.slug, comment_id))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/v1/preview")
@public
@operation(
    Operation(
        "What a text would look like as a comment; nothing is kept",
        TAG,
        {200: schemas.PreviewAnswer},
        body=schemas.PreviewInput,
        problems=(400, 403, 404, 413, 415, 422, 429, 503),
    )
)
def preview_comment() -> Response:
    asked = load(schemas.PreviewInput(), json_body())
    site = readers_site(asked["site"])
    limits.permit(services(), Action.PREVIEW, sender(site.slug).keys)
    return jsonify(body_html=render_html(asked["body"]))


@bp.put("/v1/comments/<id:comment_id>/vote")
@public
@operation(
    Operation(
        "Vote on a comment; the last vote of a reader counts",
        TAG,
        {200: schemas.VoteAnswer},
        body=schemas.VoteInput,
        problems=(400, 403, 404, 413, 415, 422, 429, 503),
    )
)
def vote_on_comment(comment_id: str) -> Response:
    site = _site_of_comment(comment_id)
    value = load(schemas.VoteInput(), json_body())["value"]
    voted = vote(services(), site.slug, comment_id, value, sender(site.slug))
    prepared().expire(site.slug, voted.page_key)
    return jsonify(votes={"up": voted.up, "down": voted.down}, value=value)


@bp.post("/v1/comments/<id:comment_id>/reports")
@public
@operation(
    Operation(
        "Tell the moderators about a comment",
        TAG,
        {201: schemas.ReportAnswer},
        body=schemas.ReportInput,
        problems=(400, 403, 404, 413, 415, 422, 429, 503),
    )
)
def report_comment(comment_id: str) -> Response:
    site = _site_of_comment(comment_id)
    fields = load(schemas.ReportInput(), json_body())
    report(services(), site.slug, comment_id, fields["reason"], fields["note"] or "", sender(site.slug))
    response = jsonify(reported=True)
    response.status_code = 201
    return response


def _site_of_comment(comment_id: str) -> SiteProfile:
    with reading() as session:
        found = comments.locate(session, comment_id)
    if found is None:
        raise NotFound("There is no such comment, or it is not public.")
    return readers_site(found.site)


def _authors_site(comment_id: str) -> SiteProfile:
    """The site of the author's comment. Raises Unauthenticated unless the request proves the authorship."""
    if authorship() != comment_id:
        error = Unauthenticated("Send the author_token of this comment as `Authorization: Author …`.")
        error.headers["WWW-Authenticate"] = 'Author realm="belowline"'
        raise error
    return _site_of_comment(comment_id)
