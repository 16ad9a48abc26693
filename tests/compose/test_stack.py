"""The whole stack brought up for real: the main job through the proxy, then down and up, nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.backing.client import Client
from tests.backing.ports import free_port
from tests.backing.service import comment
from tests.compose.engine import ROOT, compose_command, missing

pytestmark = pytest.mark.compose

IMAGE = "belowline:test"
PAGE = "https://news.example/2026/03/07/talks"
UP_SECONDS = 300


class Stack:
    """A copy of what an operator has, under a project name of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("docker-compose.yml", "Dockerfile", "deploy", "service", "scripts"):
            source = ROOT / name
            target = folder / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)
        self.port = free_port()
        self.environment = {
            **os.environ,
            "BELOWLINE_HTTP_PORT": str(self.port),
            "BELOWLINE_IMAGE": IMAGE,
            "BELOWLINE_EDGE_SUBNET": "172.30.238.0/24",
            "COMPOSE_PROJECT_NAME": f"belowline-test-{uuid.uuid4().hex[:8]}",
        }

    @property
    def client(self) -> Client:
        return self.caller(None)

    def caller(self, token: str | None) -> Client:
        """Calls through the proxy, as this caller."""
        return Client(f"http://127.0.0.1:{self.port}", token)

    def compose(self, *arguments: str) -> str:
        """What `docker compose …` prints. Raises AssertionError with its errors and the services' logs."""
        done = self._compose(*arguments)
        if done.returncode != 0:
            logs = self._compose("logs", "--tail", "40").stdout
            raise AssertionError(f"docker compose {' '.join(arguments)}: {done.stderr}\n{logs}")
        return done.stdout

    def up(self) -> None:
        """Up, and returns when every service is healthy."""
        self.compose("up", "--detach", "--wait", "--wait-timeout", str(UP_SECONDS))

    def flask(self, *arguments: str) -> str:
        """A command of the service, run in its container."""
        return self.compose("exec", "-T", "web", "flask", "--app", "service", *arguments).strip()

    def _compose(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*(compose_command() or ()), *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    reason = missing()
    if reason is not None:
        pytest.skip(f"{reason}: the stack is not brought up")
    # the host's network: an engine without name resolution of its own still reaches the package index
    subprocess.run(
        ["docker", "build", "--quiet", "--network", "host", "--tag", IMAGE, "."], cwd=ROOT, check=True
    )
    made = Stack(tmp_path_factory.mktemp("stack"))
    subprocess.run(["sh", "scripts/make-secrets"], cwd=made.folder, env=made.environment, check=True)
    try:
        made.up()
        yield made
    finally:
        made.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")


def _token(stack: Stack, role: str) -> str:
    printed = stack.flask("tokens", "add", "--site", "herald", "--role", role, "--days", "1")
    return next(word for word in printed.split() if word.startswith("blw_"))


def _post(stack: Stack, body: str, headers: Mapping[str, str] | None = None) -> Any:
    answer = stack.client.post("/v1/comments", comment(body, PAGE, site="herald"), headers)
    assert answer.status == 201, answer.body
    return answer.json()["comment"]


def _public(stack: Stack) -> list[str]:
    answer = stack.client.get(f"/v1/comments?site=herald&page={PAGE}")
    assert answer.status == 200
    return [item["id"] for item in answer.json()["comments"]]


def test_the_main_job_through_the_proxy_survives_down_and_up(stack: Stack) -> None:
    stack.flask("sites", "add", "herald", "--name", "The Herald", "--origin", "https://news.example")
    moderator = stack.caller(_token(stack, "moderator"))
    first = _post(stack, "A first comment.")
    second = _post(stack, "A second comment.")
    assert (first["status"], second["status"]) == ("pending", "pending")
    assert _public(stack) == []
    queued = moderator.get("/v1/moderation/comments?site=herald").json()["comments"]
    version = next(item["version"] for item in queued if item["id"] == first["id"])
    decided = moderator.post(
        f"/v1/moderation/comments/{first['id']}/decision",
        {"decision": "approve"},
        {"If-Match": f'"{version}"'},
    )
    assert decided.status == 200, decided.body
    assert _public(stack) == [first["id"]]

    stack.compose("down", "--timeout", "10")
    stack.up()

    assert _public(stack) == [first["id"]]
    again = moderator.get("/v1/moderation/comments?site=herald").json()["comments"]
    assert [item["id"] for item in again] == [second["id"]]


def test_what_a_client_claims_about_its_address_ends_at_the_proxy(stack: Stack) -> None:
    answers = [
        stack.client.post(
            "/v1/comments",
            comment(
                f"Number {number}.",
                f"https://news.example/{number}",
                site="herald",
                email=f"r{number}@example.org",
            ),
            {"X-Forwarded-For": f"198.51.100.{number}"},
        ).status
        for number in range(1, 9)
    ]
    assert 429 in answers


def test_the_proxy_refuses_what_is_too_large_in_the_services_own_form(stack: Stack) -> None:
    answer = stack.client.post("/v1/comments", comment("x" * 70_000, PAGE, site="herald"))
    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_metrics_are_not_for_the_public(stack: Stack) -> None:
    assert stack.client.get("/metrics").status == 404


def test_the_containers_are_what_the_file_says(stack: Stack) -> None:
    assert stack.compose("exec", "-T", "web", "id", "-u").strip() == "10001"
    probe = "touch /app/x 2>&1; grep CapEff /proc/self/status; ls -d /app/tests /app/Makefile 2>&1"
    shown = stack.compose("exec", "-T", "web", "sh", "-c", f"{probe}; true")
    assert "Read-only file system" in shown
    assert "CapEff:\t0000000000000000" in shown
    assert shown.count("No such file") == 2
