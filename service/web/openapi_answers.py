"""What an operation may answer, as OpenAPI says it: its own answers, and the problems that follow from its shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from service.domain.errors import DomainError
from service.domain.role import Permission
from service.web.operation import Operation
from service.web.problem import HTTP_PROBLEMS

PROBLEM: Final = "application/problem+json"
HTML: Final = "text/html"
JSON: Final = "application/json"
YAML: Final = "application/yaml"

HEADERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "X-Request-ID": ("Names this answer in the log.", {"type": "string"}),
    "ETag": ("What If-None-Match or If-Match takes.", {"type": "string"}),
    "Location": ("Where it is, or where to go.", {"type": "string"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 0}),
    "RateLimit": ("What is left of each limit (IETF draft).", {"type": "string"}),
    "RateLimit-Policy": ("The limits (IETF draft).", {"type": "string"}),
    "Idempotency-Replayed": ("`true` when this is the first answer again.", {"type": "string"}),
    "Author-Token-Expires": (
        "Until when the author may edit and delete the comment.",
        {"type": "string", "format": "date-time"},
    ),
}
REASONS: Final = {
    200: "Done.",
    201: "Stored durably.",
    202: "Taken; a job does it.",
    204: "Done; there is nothing to say.",
    303: "For a form: back to the page.",
    304: "Not modified.",
}
CARRIED: Final[dict[int, tuple[str, ...]]] = {
    201: ("Location", "Idempotency-Replayed", "Author-Token-Expires", "RateLimit", "RateLimit-Policy"),
    303: ("Location",),
    304: ("ETag",),
    429: ("Retry-After", "RateLimit", "RateLimit-Policy"),
    503: ("Retry-After",),
}

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "description": "For programs: `/problems/<slug>`."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people."},
        "instance": {"type": "string", "description": "The request's id, as a URN."},
        "retry_after_seconds": {"type": "integer", "minimum": 0},
        "challenge": {"type": "object", "description": "What is to be solved: altcha, version 2."},
        "errors": {
            "type": "array",
            "description": "One entry per bad field.",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
            },
        },
    },
}


@dataclass(frozen=True)
class Route:
    """One method of one path with its description."""

    path: str
    method: str
    endpoint: str
    operation: Operation
    permission: Permission | None
    arguments: tuple[tuple[str, str], ...]


def responses(route: Route) -> dict[str, Any]:
    op = route.operation
    found: dict[str, Any] = {}
    for status, schema in sorted(op.answers.items()):
        conditional = ("ETag",) if status == 200 and 304 in op.answers else ()
        response = _response(REASONS[status], (*conditional, *CARRIED.get(status, ())))
        if schema is not None:
            response["content"] = {JSON: {"schema": schema}}
        elif status == 200:
            shape = "object" if op.media_type == YAML else "string"
            response["content"] = {op.media_type: {"schema": {"type": shape}}}
        found[str(status)] = response
    for status in sorted(refusals(route)):
        found[str(status)] = f"Problem{status}"
        if op.form:  # whoever sent the form gets it back, with what is wrong in it
            response = problem(status)
            response["content"][HTML] = {"schema": {"type": "string"}}
            found[str(status)] = response
    return found


def _response(meaning: str, carried: tuple[str, ...]) -> dict[str, Any]:
    names = ("X-Request-ID", *carried)
    return {
        "description": meaning,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
    }


def problem(status: int) -> dict[str, Any]:
    meaning = " ".join(f"`{slug}`: {title}." for slug, title in sorted(problem_types(status).items()))
    response = _response(meaning, CARRIED.get(status, ()))
    response["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return response


def refusals(route: Route) -> set[int]:
    """The statuses of a route's problems: those it names, and those that follow from its shape."""
    op = route.operation
    found = set(op.problems)
    if route.permission is not None:
        found |= {401, 403}
    if route.arguments:
        found |= {404}
    if op.query is not None:
        found |= {422}
    if op.body is not None:
        found |= {400, 413, 415, 422}
    if route.permission is not None or route.arguments or op.query is not None or op.body is not None:
        found |= {503}  # the database is asked
    return found


def problem_types(status: int) -> dict[str, str]:
    """Slug and title of every problem with this status."""
    found = {HTTP_PROBLEMS[status][0]: HTTP_PROBLEMS[status][1]} if status in HTTP_PROBLEMS else {}
    return found | {kind.slug: kind.title for kind in _kinds(DomainError) if kind.status == status}


def _kinds(base: type[DomainError]) -> Iterator[type[DomainError]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)
