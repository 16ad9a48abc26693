"""A running service of our own for a test session, spoken to over HTTP as integrators do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.backing.ports import free_port
from tests.backing.waiting import wait_until

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


@dataclass
class Answer:
    """Status, headers and JSON body of an answer."""

    status: int
    json: Any
    headers: dict[str, str]


@dataclass
class Service:
    """The service under a folder of its own; `start` it before, `stop` it after."""

    folder: Path
    port: int = field(default_factory=free_port)
    child: subprocess.Popen[bytes] | None = None
    credentials: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "PORT": str(self.port),
            "BELOWLINE_INSTANCE_DIR": str(self.folder / "instance"),
            "BELOWLINE_LIMITS": "off",
            "BELOWLINE_WORKERS": "1",
        }

    def start(self) -> Service:
        """Serves; returns when it answers. Raises AssertionError with its log when it does not."""
        log = self.folder / "service.log"
        with log.open("wb") as out:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "service.cli.serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        child = self.child
        wait_until(lambda: child.poll() is not None or self._ready(), "the service answers", START_SECONDS)
        assert child.poll() is None, log.read_text(errors="replace")[-4000:]
        self.credentials = json.loads((self.folder / "instance/demo-credentials.json").read_text())
        return self

    def _ready(self) -> bool:
        try:
            return self.call("GET", "/readyz").status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """Ends the service and waits for it."""
        if self.child is not None:
            self.child.terminate()
            self.child.wait(20)

    def command(self, *arguments: str) -> str:
        """What a `flask` command of the service prints."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "service", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """The answer to a JSON request, whatever its status."""
        request = urllib.request.Request(  # noqa: S310 - the address is ours
            self.url + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"} | (headers or {}),
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
                return Answer(response.status, _json(response.read()), dict(response.headers))
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, _json(refused.read()), dict(refused.headers))

    def post(self, page: str, body: str, **fields: str) -> Answer:
        """A reader's comment, sent as the widget sends it."""
        sent = {"site": "demo", "page": page, "name": "Reader", "email": "reader@example.org", "body": body}
        return self.call("POST", "/v1/comments", sent | fields)

    def moderate(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """A call with the moderator's token."""
        token = {"Authorization": f"Bearer {self.credentials['moderator_token']}"}
        return self.call(
            method, path, body, token | {name.replace("_", "-"): text for name, text in headers.items()}
        )

    def queue(self, page: str) -> list[dict[str, Any]]:
        """The comments of a page that await review, oldest first."""
        query = urlencode({"site": "demo", "page": page, "status": "pending", "limit": 200})
        comments: list[dict[str, Any]] = self.moderate("GET", f"/v1/moderation/comments?{query}").json[
            "comments"
        ]
        return comments

    def approve_all(self, page: str) -> int:
        """Approves what awaits review on a page, one by one as the version demands; returns how many."""
        waiting = self.queue(page)
        for comment in waiting:
            answer = self.moderate(
                "POST",
                f"/v1/moderation/comments/{comment['id']}/decision",
                {"decision": "approve"},
                If_Match=f'"{comment["version"]}"',
            )
            assert answer.status == 200, answer.json
        return len(waiting)


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
