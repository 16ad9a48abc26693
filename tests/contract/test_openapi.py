"""openapi.yaml is what the code says, is OpenAPI, and leaves no route out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from flask import Flask
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from service.domain.role import Permission
from service.web import openapi
from service.web.operation import description
from service.web.permissions import declared
from tests.backing.app import application

COMMITTED = Path(__file__).resolve().parents[2] / "openapi.yaml"

# Pages and files for people and browsers; what they are is in docs/embedding.md and docs/operating.md.
NO_API = {
    "/assets/<name>",
    "/docs",
    "/docs/<name>",
    "/embed.js",
    "/embed.mjs",
    "/metrics",
    "/problems/<slug>",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application; its database is never asked."""
    folder = tmp_path_factory.mktemp("instance")
    with application(folder, f"sqlite:///{folder / 'belowline.db'}", migrated=False) as made:
        yield made


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    return openapi.document(app)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_committed_file_is_what_the_code_says(app: Flask) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == openapi.text(app), (
        "run `make openapi` and look at the difference"
    )


def test_the_service_serves_the_same_text(app: Flask) -> None:
    answer = app.test_client().get("/openapi.yaml")
    assert (answer.status_code, answer.mimetype) == (200, "application/yaml")
    assert answer.get_data(as_text=True) == openapi.text(app)
    again = app.test_client().get("/openapi.yaml", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_command_writes_the_same_text_again_and_again(app: Flask, tmp_path: Path) -> None:
    output = tmp_path / "openapi.yaml"
    for _ in range(2):
        done = app.test_cli_runner().invoke(args=["openapi", "--output", str(output)])
        assert done.exit_code == 0, done.output
        assert output.read_text(encoding="utf-8") == openapi.text(app)
    assert app.test_cli_runner().invoke(args=["openapi", "--output", "-"]).stdout == openapi.text(app)
    failed = app.test_cli_runner().invoke(args=["openapi", "--output", str(tmp_path / "no" / "file")])
    assert (failed.exit_code, failed.stderr.count("\n")) == (1, 1)


def test_the_text_is_read_as_the_document(app: Flask, document: dict[str, Any]) -> None:
    assert yaml.safe_load(openapi.text(app)) == document


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    OPENAPI_31_VALIDATOR.validate(document)
    broken = {**document, "info": {}}
    with pytest.raises(Exception, match="required"):
        OPENAPI_31_VALIDATOR.validate(broken)


def test_every_schema_is_a_schema(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in _references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_route_is_described_or_no_part_of_the_api(app: Flask) -> None:
    bare = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if description(app.view_functions[rule.endpoint]) is None
        and not rule.rule.startswith(("/console", "/mail/", "/demo"))  # pages for people
    }
    assert bare == NO_API


def test_what_needs_a_credential_says_so(app: Flask, document: dict[str, Any]) -> None:
    demanding = {
        f"{route.method.upper()} {route.path}"
        for route in openapi.routes(app)
        if isinstance(declared(app.view_functions[route.endpoint]), Permission)
    }
    assert demanding
    with_token = {
        name for name, operation in _operations(document) if operation.get("security") == [{"token": []}]
    }
    assert with_token == demanding
    for name, operation in _operations(document):
        if name in demanding:
            assert {"401", "403"} <= set(operation["responses"]), name


def test_every_operation_has_a_name_of_its_own_and_words(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in _operations(document)]
    assert len(names) == len(set(names))
    assert all(operation["summary"] and operation["tags"] for _, operation in _operations(document))


def test_every_refusal_is_a_problem_document(document: dict[str, Any]) -> None:
    for name, operation in _operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                key = response.get("$ref", "").rpartition("/")[2]
                shown = document["components"]["responses"][key] if key else response
                assert "application/problem+json" in shown["content"], f"{name} {status}"
                assert "`" in shown["description"], f"{name} {status} names no type of problem"


def test_the_page_of_the_api_loads_only_files_of_its_own(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "//" not in page.get_data(as_text=True)
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert client.get(f"/docs/{name}").status_code == 200
    packed = client.get("/docs/start.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert client.get("/docs/LICENSE").status_code == 404
    moved = client.get("/docs/")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/docs")
