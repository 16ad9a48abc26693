"""The one place where errors become answers: application/problem+json (RFC 9457)."""

from __future__ import annotations

import json

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from service.domain.errors import DomainError, InvalidInput
from service.log import logger
from service.web.context import request_id

# What werkzeug refuses by itself, in our words: status -> slug, title, detail.
HTTP_PROBLEMS: dict[int, tuple[str, str, str]] = {
    400: ("malformed", "The request cannot be read", "The request is not valid HTTP."),
    404: ("not-found", "Nothing is here", "There is no such address."),
    405: ("method-not-allowed", "This method is not allowed here", "The Allow header lists what is."),
    408: ("too-slow", "The request was not here in time", "Send it again, without a pause in it."),
    413: ("too-large", "The request is too large", "A request may hold at most 64 KiB."),
    414: ("uri-too-long", "The address is too long", "Shorten the query."),
    415: ("unsupported-media-type", "This content type is not taken", "Send application/json."),
    431: ("headers-too-large", "The headers are too large", "Send fewer or shorter headers."),
}
INTERNAL = ("internal", "Something went wrong on our side", "It is logged under the request's id.")


def document(slug: str, title: str, status: int, detail: str, **members: object) -> Response:
    """A problem document as a response."""
    body = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"urn:belowline:request:{request_id()}",
        **members,
    }
    # The name of an unknown field is the sender's own, and need not be encodable.
    encoded = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    response = Response(encoded, status, mimetype="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def of_error(error: DomainError) -> Response:
    """The answer to a refusal of ours."""
    members = dict(error.members)
    if isinstance(error, InvalidInput):
        members["errors"] = [
            {"field": problem.field, "code": problem.code, "message": problem.message}
            for problem in error.problems
        ]
    response = document(error.slug, error.title, error.status, error.detail, **members)
    response.headers.update(error.headers)
    return response


def init_app(app: Flask) -> None:
    """Registers the handlers."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> Response:
        return of_error(error)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        slug, title, detail = HTTP_PROBLEMS.get(status, INTERNAL if status >= 500 else HTTP_PROBLEMS[400])
        response = document(slug, title, status, detail)
        for name, text in error.get_headers():
            if name.lower() in ("allow", "location"):
                response.headers[name] = text
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # The exception's text may hold what a reader sent, so only its type and place are logged.
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "-"
        logger().error("unexpected error", kind=type(error).__name__, place=place, method=request.method)
        return document(*INTERNAL[:2], 500, INTERNAL[2])
