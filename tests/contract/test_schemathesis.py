"""Schemathesis finds no answer of the running service that openapi.yaml does not describe, for any caller.

Every operation gets hostile and sensible requests, always the same ones; sensible ones name things that exist.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.backing.fixtures import postgres_server
from tests.backing.postgres import PostgresServer
from tests.backing.service import ROOT, RunningService

__all__ = ["postgres_server"]

PAGE = "https://news.example/article"
EXAMPLES = 15
SECONDS = 600

# What a schema cannot say (whether an address exists, who was first) is refused with these, and described.
REFUSALS = [400, 401, 403, 404, 409, 412, 422, 428, 429]
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", {refusals}]
# A text that is far too long makes a request that is too large.
[checks.negative_data_rejection]
expected-statuses = ["4xx"]
[dictionaries]
{dictionaries}
[parameters]
{parameters}
"""
# Where known values go, and how often: the rest is invented.
KNOWN = {
    "query.site": ("sites", 1.0),
    "query.page": ("pages", 0.8),
    "query.author": ("authors", 0.5),
    "query.comment": ("comments", 0.5),
    "path.comment_id": ("comments", 0.9),
    "path.author_id": ("authors", 0.9),
    "path.decision_id": ("decisions", 1.0),
    "path.page_id": ("page_ids", 1.0),
    "path.slug": ("other_sites", 1.0),
    "path.token_id": ("other_tokens", 1.0),
    "path.account_id": ("other_accounts", 1.0),
    "path.webhook_id": ("webhooks", 1.0),
    "path.delivery_id": ("deliveries", 1.0),
    "body.blog": ("blogs", 1.0),
    "body.key": ("keys", 1.0),
    "body.url": ("urls", 1.0),
    "header.If-Match": ("versions", 0.9),
    "body.comment": ("comments", 0.9),
    "body.site": ("sites", 1.0),
    "body.page": ("pages", 0.9),
    "body.parent": ("public", 0.5),
    "body.email": ("emails", 1.0),
    "body.ids[*]": ("comments", 0.9),
    "body.where.site": ("sites", 1.0),
    "body.sites[*]": ("sites", 1.0),
    "body.slug": ("slugs", 1.0),
    "body.origins[*]": ("origins", 1.0),
    "body.page_hosts[*]": ("hosts", 1.0),
    "body.name": ("texts", 0.7),
    "body.login": ("slugs", 0.5),
    "body.password": ("passwords", 1.0),
    "body.label": ("texts", 0.7),
    "body.body": ("texts", 0.7),
    "body.title": ("texts", 0.7),
    "body.reason": ("codes", 1.0),
    "body.note": ("texts", 0.7),
}


@dataclass(frozen=True)
class Newsroom:
    """A running service with comments, and what exists there by the name of its dictionary."""

    service: RunningService
    known: dict[str, list[str]]

    def headers(self, role: str) -> list[str]:
        if role == "anonymous":
            return []
        return ["--header", f"Authorization: Bearer {self.service.credentials()[f'{role}_token']}"]


@pytest.fixture(scope="module")
def newsrooms(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Newsroom]]:
    """Makes a newsroom on a kind of database: one for each caller, for moderators close pages and slow them down."""
    made: list[Newsroom] = []

    def newsroom(database: str) -> Newsroom:
        made.append(_newsroom(request if database == "postgresql" else None))
        return made[-1]

    yield newsroom
    for one in made:
        one.service.remove()


def _newsroom(postgres: pytest.FixtureRequest | None) -> Newsroom:
    settings = {"BELOWLINE_LIMITS": "off", "BELOWLINE_JOBS": "off", "BELOWLINE_WORKERS": "2"}
    if postgres is not None:
        server: PostgresServer = postgres.getfixturevalue("postgres_server")
        settings["DATABASE_URL"] = server.dsn(server.create_database())
    service = RunningService(settings)
    try:
        service.start()
        service.flask("seed", "--site", "demo", "--page", PAGE, "--status", "pending", "--comments", "120")
        return Newsroom(service, _known(service))
    except BaseException:
        service.remove()
        raise


def _known(service: RunningService) -> dict[str, list[str]]:
    moderator, admin = (
        service.client(service.credentials()[name]) for name in ("moderator_token", "admin_token")
    )
    queue = "/v1/moderation/comments?site=demo&limit=60&status="
    half = [comment["id"] for comment in moderator.get(queue + "pending").json()["comments"]]
    moderator.post("/v1/moderation/decisions", {"decision": "approve", "ids": half})
    approved, pending = (
        moderator.get(queue + status).json()["comments"] for status in ("approved", "pending")
    )
    decided = [
        moderator.post(
            f"/v1/moderation/comments/{comment['id']}/decision", {"decision": "reject"}, {"If-Match": '"1"'}
        )
        for comment in pending[:5]
    ]
    first = {"site": "demo", "rules": [{"kind": "word", "value": "casino"}], "note": ""}
    assert moderator.put("/v1/moderation/rules", first, {"If-Match": '"0"'}).status == 200
    herald = {"slug": "herald", "name": "The Herald", "origins": ["self"], "policy": "hold_all"}
    assert admin.post("/v1/admin/sites", herald).status == 201
    spare = {"role": "moderator", "sites": ["herald"], "label": "spare", "days": 1}
    assert [admin.post("/v1/admin/tokens", spare).status for _ in range(3)] == [201] * 3
    tokens = admin.get("/v1/admin/tokens").json()["tokens"]
    accounts = [
        admin.post("/v1/admin/accounts", {"login": f"spare-{n}", "role": "moderator", "sites": ["herald"]})
        for n in range(3)
    ]
    hooks, sent = _webhooks(service)
    return {
        "webhooks": hooks,
        "deliveries": sent,
        "keys": ["0123456789ab"],
        "blogs": ["https://news.example"],
        "urls": ["https://hooks.example/x", "https://api.telegram.org/bot1/sendMessage?chat_id=2"],
        "sites": ["demo"],
        "other_sites": ["herald"],
        "other_tokens": [token["id"] for token in tokens if token["label"] == "spare"],
        "other_accounts": [answer.json()["account"]["id"] for answer in accounts],
        "passwords": ["correct horse battery", "yeşil-bisiklet-kanat"],
        "pages": [PAGE, "https://news.example/other", "article:7"],
        "page_ids": [page["id"] for page in moderator.get("/v1/moderation/pages").json()["pages"]],
        "public": [comment["id"] for comment in approved],
        "comments": [comment["id"] for comment in (*approved, *pending[-15:])],
        "authors": sorted({comment["author"]["id"] for comment in approved}),
        "decisions": [answer.json()["undo"] for answer in decided],
        "emails": ["büşra@örnek.com.tr", *(f"seeded-{n:05}@reader.example.org" for n in range(8))],
        "versions": ['"1"', '"2"', '"3"'],
        "slugs": ["gazette", "posta", "akhbar", "courier", "tribune", "herold"],
        "origins": ["https://news.example", "self"],
        "hosts": ["news.example", "*.news.example"],
        "texts": ["Ayşe Yılmaz", "Good article.", "پل پرانا ہے"],
        "codes": ["off_topic", "spam", "asked_for"],
    }


def _webhooks(service: RunningService) -> tuple[list[str], list[str]]:
    """Webhooks, and messages that wait for the first of them."""
    admin, hooks = service.client(service.credentials()["admin_token"]), "/v1/admin/webhooks"
    wanted = {"site": "demo", "url": "https://hooks.example/x", "events": []}
    made = [admin.post(hooks, wanted).json()["id"] for _ in range(6)]
    return made, [admin.post(f"{hooks}/{made[0]}/test", {}).json()["delivery"] for _ in range(2)]


def _closed(document: dict[str, Any]) -> dict[str, Any]:
    """The description with all answers closed: members that it does not name become failures."""
    for name, schema in document["components"]["schemas"].items():
        if name != "Problem" and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
    return document


def _within(document: dict[str, Any], role: str) -> dict[str, Any]:
    """The addresses that this caller is tried on: all for admins, for others where something is theirs."""
    if role != "admin":
        theirs = {name.partition(" ")[2] for name in _reachable(document, role)}
        document["paths"] = {path: methods for path, methods in document["paths"].items() if path in theirs}
    return document


def _files(newsroom: Newsroom, folder: Path, role: str) -> tuple[Path, Path]:
    described, config = folder / "openapi.json", folder / "schemathesis.toml"
    served = newsroom.service.client().get("/openapi.yaml")
    described.write_text(json.dumps(_closed(_within(yaml.safe_load(served.body), role))))
    dictionaries = [
        f"{name} = {{ values = {json.dumps(values)} }}" for name, values in newsroom.known.items()
    ]
    parameters = [
        f'"{where}" = {{ dictionary = "{name}", probability = {often} }}'
        for where, (name, often) in KNOWN.items()
    ]
    config.write_text(
        CONFIG.format(
            refusals=", ".join(map(str, REFUSALS)),
            dictionaries="\n".join(dictionaries),
            parameters="\n".join(parameters),
        )
    )
    return described, config


def _statuses(har: Path, document: dict[str, Any]) -> dict[str, set[int]]:
    """The statuses that each operation answered with."""
    found: dict[str, set[int]] = defaultdict(set)
    for entry in json.loads(har.read_text())["log"]["entries"]:
        path = "/" + entry["request"]["url"].split("/", 3)[3].partition("?")[0]
        parts = path.split("/")
        for template in document["paths"]:
            names = template.split("/")
            if len(names) == len(parts) and all(
                n.startswith("{") or n == p for n, p in zip(names, parts, strict=True)
            ):
                found[f"{entry['request']['method']} {template}"].add(entry["response"]["status"])
                break
    return found


@pytest.mark.parametrize(
    ("role", "database"),
    [
        ("anonymous", "sqlite"),
        ("moderator", "sqlite"),
        pytest.param("admin", "postgresql", marks=pytest.mark.postgres),
    ],
)
def test_the_service_answers_as_described(
    newsrooms: Callable[[str], Newsroom], tmp_path: Path, role: str, database: str
) -> None:
    newsroom = newsrooms(database)
    described, config = _files(newsroom, tmp_path, role)
    har = tmp_path / "calls.har"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", str(described)),
            *("--url", newsroom.service.base_url, "--report-har-path", str(har), *newsroom.headers(role)),
            *("--checks", "all", "--max-examples", str(EXAMPLES), "--generation-deterministic", "--no-color"),
            # What was just sent is held, and for readers not there.
            *("--exclude-checks", "ensure_resource_availability"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    said = "\n".join(line[:400] for line in (done.stdout + done.stderr).splitlines())
    assert done.returncode == 0, said[-12_000:]
    assert "unexpected error" not in newsroom.service.written()
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    statuses = _statuses(har, document)
    reachable = {name: statuses[name] for name in _reachable(document, role) - OF_SOMETHING_THAT_EXISTS}
    never = {name: codes for name, codes in reachable.items() if min(codes, default=0) not in range(200, 300)}
    assert never == {}, "these operations were never called with success"


# Their bodies name an author or a comment, or they want what such a call made: tests/api/test_bans.py has them. A
# message is sent again when it was delivered or given up, which takes a receiver: tests/api/test_webhooks.py. Mail is
# for people, and a token has no address: tests/api/test_own_mail.py signs in. Which rules make sense no schema says,
# and each success makes the next want another version, as does a decision: tests/api/test_rules.py and
# tests/api/test_moderation_decide.py.
OF_SOMETHING_THAT_EXISTS = {
    "GET /v1/moderation/mail",
    "PUT /v1/moderation/mail",
    "DELETE /v1/moderation/mail",
    "POST /v1/moderation/bans",
    "POST /v1/moderation/comments/{comment_id}/decision",
    "POST /v1/moderation/rules/revert",
    "POST /v1/moderation/rules/simulate",
    "PUT /v1/moderation/rules",
    "DELETE /v1/moderation/bans/{ban_id}",
    "POST /v1/admin/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
}


def _reachable(document: dict[str, Any], role: str) -> set[str]:
    """The operations that this caller may call with success."""
    found = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            security = operation.get("security", [])
            roles = operation.get("description", "").rpartition(":")[2]
            if (not security and role != "moderator") or (security == [{"token": []}] and role in roles):
                found.add(f"{method.upper()} {path}")
    return found
