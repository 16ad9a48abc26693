"""The whole stack brought up for real: the main job through the proxy, then down and up, nothing lost."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backing.client import Client
from tests.backing.ports import free_port
from tests.backing.service import comment
from tests.backing.waiting import wait_until
from tests.compose.engine import ROOT, compose_command, missing

pytestmark = pytest.mark.compose

IMAGE = "belowline:test"
UP_SECONDS = 300
FRONT = "172.30.239"

# as docs/operating.md says
DUMP = "pg_dump --username belowline --format custom belowline"
RESTORE = "pg_restore --username belowline --dbname belowline --clean --if-exists"

POSTS_WITH_FORGED_ADDRESSES = """
import json, sys, urllib.error, urllib.request
for number in range(8):
    name = f"{sys.argv[1]}{number}"
    sent = {"site": "herald", "page": f"https://news.example/{name}", "name": name, "body": "Hello",
            "email": f"{name}@example.org"}
    forged = {"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}",
              "Forwarded": f"for=198.51.100.{number}", "Content-Type": "application/json"}
    try:
        call = urllib.request.Request("http://proxy:8080/v1/comments", json.dumps(sent).encode(), forged)
        print(urllib.request.urlopen(call).status)
    except urllib.error.HTTPError as refused:
        print(refused.code)
"""


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
            "BELOWLINE_FRONT_SUBNET": f"{FRONT}.0/24",
            "BELOWLINE_TLS_PROXY": f"{FRONT}.1",  # this machine, as the proxy sees it
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

    def in_shell(self, command: str) -> None:
        """`docker compose …` with redirections, in the stack's folder."""
        line = f"{shlex.join(compose_command() or [])} {command}"
        subprocess.run(["sh", "-ec", line], cwd=self.folder, env=self.environment, check=True)

    def rotate_keys(self, *arguments: str) -> None:
        """`keys rotate` where the file may be written, as docs/operating.md says."""
        there = [
            "--volume",
            f"{self.folder}/secrets:/secrets",
            "--env",
            "SECRET_KEYS_FILE=/secrets/keys.json",
        ]
        user = f"{os.getuid()}:{os.getgid()}"
        command = ["flask", "--app", "service", "keys", "rotate", *arguments]
        self.compose("run", "--rm", "--no-deps", "-T", "--user", user, *there, "web", *command)

    def from_elsewhere(self, address: str, program: str, *arguments: str) -> list[str]:
        """The words that a Python program prints on a machine with this address in the proxy's network."""
        network = f"{self.environment['COMPOSE_PROJECT_NAME']}_front"
        place = ["--network", network, "--ip", address]
        command = ["docker", "run", "--rm", *place, IMAGE, "python", "-c", program, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    def _compose(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*(compose_command() or ()), *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack with the site `herald`."""
    reason = missing()
    if reason is not None:
        pytest.skip(f"{reason}: the stack is not brought up")
    # with the host's network, so that an engine without one of its own still reaches the package index
    subprocess.run(
        ["docker", "build", "--quiet", "--network", "host", "--tag", IMAGE, "."], cwd=ROOT, check=True
    )
    made = Stack(tmp_path_factory.mktemp("stack"))
    subprocess.run(["sh", "scripts/make-secrets"], cwd=made.folder, env=made.environment, check=True)
    try:
        made.up()
        made.flask("sites", "add", "herald", "--name", "The Herald", "--origin", "https://news.example")
        yield made
    finally:
        made.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")


def _token(stack: Stack, role: str) -> str:
    printed = stack.flask("tokens", "add", "--site", "herald", "--role", role, "--days", "1")
    return next(word for word in printed.split() if word.startswith("blw_"))


def _post(stack: Stack, page: str, body: str) -> Any:
    answer = stack.client.post(
        "/v1/comments", comment(body, page, site="herald", email=f"{body}@example.org")
    )
    assert answer.status == 201, answer.body
    return answer.json()["comment"]


def _public(stack: Stack, page: str) -> list[str]:
    answer = stack.client.get(f"/v1/comments?site=herald&page={page}")
    assert answer.status == 200
    return [item["id"] for item in answer.json()["comments"]]


def test_the_main_job_through_the_proxy_survives_down_and_up(stack: Stack) -> None:
    page = "https://news.example/2026/03/07/talks"
    moderator = stack.caller(_token(stack, "moderator"))
    first, second = _post(stack, page, "first"), _post(stack, page, "second")
    assert (first["status"], second["status"]) == ("pending", "pending")
    assert _public(stack, page) == []
    queue = f"/v1/moderation/comments?site=herald&page={page}"
    version = next(
        item["version"] for item in moderator.get(queue).json()["comments"] if item["id"] == first["id"]
    )
    decided = moderator.post(
        f"/v1/moderation/comments/{first['id']}/decision",
        {"decision": "approve"},
        {"If-Match": f'"{version}"'},
    )
    assert decided.status == 200, decided.body
    wait_until(lambda: _public(stack, page) == [first["id"]], "all processes show it")

    stack.compose("down", "--timeout", "10")
    stack.up()

    assert _public(stack, page) == [first["id"]]
    assert [item["id"] for item in moderator.get(queue).json()["comments"]] == [second["id"]]


def test_the_proxy_keeps_a_page_for_a_second_and_not_for_who_asks_past_it(stack: Stack) -> None:
    page = "https://news.example/2026/03/07/kept"
    moderator = stack.caller(_token(stack, "moderator"))
    posted = _post(stack, page, "kept")
    assert _public(stack, page) == []  # the proxy has it now
    decided = moderator.post(
        f"/v1/moderation/comments/{posted['id']}/decision", {"decision": "approve"}, {"If-Match": '"1"'}
    )
    assert decided.status == 200, decided.body
    now = stack.client.get(f"/v1/comments?site=herald&page={page}", {"Cache-Control": "no-cache"})
    assert [item["id"] for item in now.json()["comments"]] == [posted["id"]]
    wait_until(lambda: _public(stack, page) == [posted["id"]], "what the proxy kept is old")
    again = stack.client.get(f"/v1/comments?site=herald&page={page}", {"If-None-Match": now.headers["ETag"]})
    assert again.status == 304


def test_readers_have_limits_of_their_own_and_cannot_borrow_an_address(stack: Stack) -> None:
    """Two machines on the proxy's network, each claiming to be another one with every request."""
    for name, address in (("anna", f"{FRONT}.50"), ("omar", f"{FRONT}.51")):
        statuses = stack.from_elsewhere(address, POSTS_WITH_FORGED_ADDRESSES, name)
        assert statuses == ["201"] * 5 + ["429"] * 3, name


def test_the_word_of_the_tls_proxy_about_readers_counts(stack: Stack) -> None:
    statuses = [_forwarded(stack, f"203.0.113.{number}", number) for number in range(8)]
    assert statuses == [201] * 8
    assert [_forwarded(stack, "203.0.113.99", number) for number in range(8, 14)] == [201] * 5 + [429]


def _forwarded(stack: Stack, address: str, number: int) -> int:
    sent = comment(
        "Hello", f"https://news.example/tls{number}", site="herald", email=f"t{number}@example.org"
    )
    # what a reader claims stands left of what the TLS proxy has seen
    return stack.client.post(
        "/v1/comments", sent, {"X-Forwarded-For": f"198.51.100.{number}, {address}"}
    ).status


def test_keys_are_rotated_without_losing_an_email(stack: Stack) -> None:
    admin = stack.caller(_token(stack, "admin"))
    posted = _post(stack, "https://news.example/keys", "rotated")
    before = (stack.folder / "secrets/keys.json").read_bytes()
    stack.rotate_keys("--only-add")
    stack.compose("restart", "web", "worker")
    stack.up()
    stack.rotate_keys()
    assert (stack.folder / "secrets/keys.json").read_bytes() != before
    seen = admin.get(f"/v1/moderation/comments/{posted['id']}").json()
    revealed = admin.post(
        f"/v1/moderation/authors/{seen['author']['id']}/reveal-email",
        {"reason": "A drill of the key change."},
    )
    assert revealed.status == 200, revealed.body
    assert revealed.json()["email"] == "rotated@example.org"


def test_a_dump_is_restored_and_meanwhile_readers_are_told_when_to_come_back(stack: Stack) -> None:
    posted = _post(stack, "https://news.example/backup", "kept")
    moderator = stack.caller(_token(stack, "moderator"))
    stack.in_shell(f"exec -T postgres {DUMP} >belowline.dump")
    lost = _post(stack, "https://news.example/backup", "later")
    stack.compose("stop", "web", "worker")

    away = stack.client.get("/v1/comments?site=herald&page=x")
    assert away.status == 503
    assert int(away.headers["Retry-After"]) > 0
    assert away.json()["type"] == "/problems/unavailable"

    stack.in_shell(f"exec -T postgres {RESTORE} <belowline.dump")
    stack.up()
    assert moderator.get(f"/v1/moderation/comments/{posted['id']}").status == 200
    assert moderator.get(f"/v1/moderation/comments/{lost['id']}").status == 404


def test_the_worker_works_and_no_log_names_a_reader(stack: Stack) -> None:
    _post(stack, "https://news.example/logs", "canary")
    wait_until(lambda: "job done" in stack.compose("logs", "worker"), "the worker has done a job", 30)
    logs = stack.compose("logs")
    assert "canary@example.org" not in logs
    assert "Ayşe" not in logs


def test_the_proxy_refuses_what_is_too_large_in_the_services_own_form(stack: Stack) -> None:
    answer = stack.client.post("/v1/comments", comment("x" * 70_000, site="herald"))
    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/too-large"


def test_metrics_are_not_for_the_public(stack: Stack) -> None:
    assert stack.client.get("/metrics").status == 404


def test_the_containers_are_what_the_file_says(stack: Stack) -> None:
    for service in ("proxy", "web", "worker", "postgres", "redis"):
        probe = "stat -c %u /proc/1; grep CapEff /proc/1/status; touch /etc/x 2>&1"
        user, capabilities, touched = stack.compose(
            "exec", "-T", service, "sh", "-c", f"{probe}; true"
        ).splitlines()
        assert user != "0", service
        assert capabilities == "CapEff:\t0000000000000000", service
        assert "Read-only file system" in touched, service
    inside = stack.compose("exec", "-T", "web", "sh", "-c", "ls -d /app/tests /app/Makefile 2>&1; true")
    assert inside.count("No such file") == 2
