"""The description of the API (OpenAPI 3.1), made from what stands beside each route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import fields
from werkzeug.routing import Rule

from service.domain.ids import PATTERN
from service.domain.role import PERMISSIONS, Permission
from service.domain.text import raw_max
from service.web import openapi_answers, yaml
from service.web.fields import Cleaned, Id
from service.web.openapi_answers import HEADERS, JSON, PROBLEM_SCHEMA, Route
from service.web.operation import Operation, description
from service.web.permissions import declared

OPENAPI: Final = "3.1.0"
API_VERSION: Final = "1.0.0"
FORM: Final = "application/x-www-form-urlencoded"

ABOUT: Final = (
    "Comments for news pages. JSON in UTF-8, snake_case; times in RFC 3339, UTC, with `Z`; ids are opaque. "
    "Refusals are problem documents (RFC 9457). Every answer carries `X-Request-ID`."
)

SECURITY: Final[dict[str, dict[str, str]]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": (
            "An API token with a role and sites, made by `flask --app service tokens add`. "
            "Pages of the console send their session's cookie and `X-CSRF-Token` in its place."
        ),
    },
    "author": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Author <author_token>`, with the token that came with the comment.",
    },
}

_ARGUMENT = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>")


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
    for status in sorted(set().union(*map(openapi_answers.refusals, described))):
        spec.components.response(f"Problem{status}", openapi_answers.problem(status))
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
        "responses": openapi_answers.responses(route),
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


def _of_our_fields(
    _converter: object, field: fields.Field[Any], ret: dict[str, Any], **_options: object
) -> dict[str, Any]:
    """What apispec cannot know of our own kinds of fields; `ret` is what it has found already."""
    found: dict[str, Any] = {}
    if isinstance(field, Cleaned) and "maxLength" in field.metadata:
        limit = field.metadata["maxLength"]
        said = field.metadata.get("description", "")
        found["maxLength"] = raw_max(
            limit
        )  # cleaning makes texts shorter; what is longer than this is refused
        found["description"] = f"{said} At most {limit:,} characters, once cleaned.".strip()
    if isinstance(field, Cleaned) and field.required:
        found["minLength"] = 1
    elif isinstance(field, Cleaned) or (isinstance(field, Id) and field.allow_none):
        # an empty text is as good as none
        if "pattern" in field.metadata:
            found["pattern"] = f"^({field.metadata['pattern'].removeprefix('^').removesuffix('$')})?$"
        if "format" in field.metadata:
            found["anyOf"] = [{"format": ret.pop("format")}, {"maxLength": 0}]
    return found


def _plain(value: Any) -> Any:
    """Without the subclasses of dict and str that apispec and enumerations bring along."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, str) else value
