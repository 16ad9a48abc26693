"""The description of the API (OpenAPI 3.1), made from what stands beside each route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import fields
from werkzeug.routing import Rule

from service.domain.errors import DomainError
from service.domain.ids import PATTERN
from service.domain.role import PERMISSIONS, Permission
from service.web import yaml
from service.web.fields import Cleaned, Id
from service.web.operation import Operation, description
from service.web.permissions import declared
from service.web.problem import HTTP_PROBLEMS

OPENAPI: Final = "3.1.0"
API_VERSION: Final = "1.0.0"
PROBLEM: Final = "application/problem+json"
FORM: Final = "application/x-www-form-urlencoded"
HTML: Final = "text/html"
JSON: Final = "application/json"
YAML: Final = "application/yaml"

ABOUT: Final = (
    "Comments for news pages. JSON in UTF-8, snake_case; times in RFC 3339, UTC, with `Z`; ids are opaque. "
    "Refusals are problem documents (RFC 9457). Every answer carries `X-Request-ID`."
)

SECURITY: Final[dict[str, dict[str, str]]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token with a role and sites, made by `flask --app service tokens add`.",
    },
    "author": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Author <author_token>`, with the token that came with the comment.",
    },
}

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

_ARGUMENT = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Route:
    """One method of one path with its description."""

    path: str
    method: str
    endpoint: str
    operation: Operation
    permission: Permission | None
    arguments: tuple[tuple[str, str], ...]


def text(app: Flask) -> str:
    """openapi.yaml for the application's routes; the same routes always give the same text."""
    return yaml.dump(document(app))


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document as plain dictionaries and lists."""
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="Belowline",
        version=API_VERSION,
        openapi_version=OPENAPI,
        plugins=[plugin],
        info={"description": ABOUT, "license": {"name": "MIT", "identifier": "MIT"}},
    )
    if plugin.converter is not None:  # the specification has given it one
        plugin.converter.add_attribute_function(_of_our_fields)  # type: ignore[no-untyped-call]
    described = sorted(routes(app), key=lambda route: (route.path, route.method))
    for name, scheme in SECURITY.items():
        spec.components.security_scheme(name, scheme)
    for name, (meaning, schema) in HEADERS.items():
        spec.components.header(name, {"description": meaning, "schema": schema})
    spec.components.schema("Problem", PROBLEM_SCHEMA)
    for status in sorted(set().union(*map(refusals, described))):
        spec.components.response(f"Problem{status}", _problem(status))
    for route in described:
        spec.path(path=route.path, operations={route.method: _operation(route)})
    made: dict[str, Any] = _plain(spec.to_dict())
    tags = [{"name": tag} for tag in dict.fromkeys(route.operation.tag for route in described)]
    return {
        "openapi": made["openapi"],
        "info": made["info"],
        "tags": tags,
        "paths": made["paths"],
        "components": made["components"],
    }


def routes(app: Flask) -> Iterator[Route]:
    """The described routes."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        found = description(view)
        if found is None:
            continue
        permission = declared(view)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(
                path=path_of(rule),
                method=method.lower(),
                endpoint=rule.endpoint,
                operation=found,
                permission=permission if isinstance(permission, Permission) else None,
                arguments=tuple(
                    (m["name"], m["converter"] or "string") for m in _ARGUMENT.finditer(rule.rule)
                ),
            )


def path_of(rule: Rule) -> str:
    """The path as OpenAPI writes it, with `{name}` for arguments."""
    return _ARGUMENT.sub(r"{\g<name>}", rule.rule)


def _operation(route: Route) -> dict[str, Any]:
    op = route.operation
    described: dict[str, Any] = {
        "operationId": route.endpoint.replace(".", "_"),
        "summary": op.summary,
        "tags": [op.tag],
        "responses": _responses(route),
    }
    parameters = [*_path_parameters(route), *_query(op), *_request_headers(op)]
    if parameters:
        described["parameters"] = parameters
    credential = "token" if route.permission is not None else op.credential
    if credential:
        described["security"] = [{credential: []}]
    if op.body is not None:
        kinds = [JSON, FORM] if op.form else [JSON]
        described["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": op.body} for kind in kinds},
        }
    if route.permission is not None:
        roles = sorted(role.value for role in PERMISSIONS[route.permission])
        described["description"] = f"Needs the permission `{route.permission}`: {', '.join(roles)}."
    return described


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    patterns = {"id": f"^{PATTERN}$"}
    return [
        {
            "in": "path",
            "name": name,
            "required": True,
            "schema": {"type": "string", **({"pattern": patterns[kind]} if kind in patterns else {})},
        }
        for name, kind in route.arguments
    ]


def _query(op: Operation) -> list[dict[str, Any]]:
    return [] if op.query is None else [{"in": "query", "schema": op.query}]


def _request_headers(op: Operation) -> list[dict[str, Any]]:
    return [
        {"in": "header", "name": name, "description": meaning, "schema": {"type": "string"}}
        for name, meaning in op.headers.items()
    ]


def _responses(route: Route) -> dict[str, Any]:
    op = route.operation
    responses: dict[str, Any] = {}
    for status, schema in sorted(op.answers.items()):
        conditional = ("ETag",) if status == 200 and 304 in op.answers else ()
        response = _response(REASONS[status], (*conditional, *CARRIED.get(status, ())))
        if schema is not None:
            response["content"] = {JSON: {"schema": schema}}
        elif status == 200:
            shape = "object" if op.media_type == YAML else "string"
            response["content"] = {op.media_type: {"schema": {"type": shape}}}
        responses[str(status)] = response
    for status in sorted(refusals(route)):
        responses[str(status)] = f"Problem{status}"
        if op.form:  # whoever sent the form gets it back, with what is wrong in it
            response = _problem(status)
            response["content"][HTML] = {"schema": {"type": "string"}}
            responses[str(status)] = response
    return responses


def _response(meaning: str, carried: tuple[str, ...]) -> dict[str, Any]:
    names = ("X-Request-ID", *carried)
    return {
        "description": meaning,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
    }


def _problem(status: int) -> dict[str, Any]:
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


def _of_our_fields(
    _converter: object, field: fields.Field[Any], ret: dict[str, Any], **_options: object
) -> dict[str, Any]:
    """What apispec cannot know of our own kinds of fields; `ret` is what it has found already."""
    if isinstance(field, Cleaned) and field.required:
        return {"minLength": 1}
    if not isinstance(field, Cleaned) and not (isinstance(field, Id) and field.allow_none):
        return {}
    # an empty text is as good as none
    if "pattern" in field.metadata:
        return {"pattern": f"^({field.metadata['pattern'].removeprefix('^').removesuffix('$')})?$"}
    if "format" in field.metadata:
        return {"anyOf": [{"format": ret.pop("format")}, {"maxLength": 0}]}
    return {}


def _plain(value: Any) -> Any:
    """Without the subclasses of dict and str that apispec and enumerations bring along."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, str) else value
