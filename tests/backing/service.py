"""The service itself as a running server: the launcher in a process of its own, on a port of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.backing import child
from tests.backing.client import Client
from tests.backing.ports import free_port
from tests.backing.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
STOP_SECONDS = 20


class RunningService:
    """The server of `make run` with a temporary instance folder and the `settings` given (variables)."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.folder = child.private_folder("blsv-")
        self.log = self.folder / "service.log"
        self.instance = self.folder / "instance"
        self.port = free_port()
        self._settings = {"PORT": str(self.port), "BELOWLINE_INSTANCE_DIR": str(self.instance)}
        self._settings.update(settings or {})
        self._launcher: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables it runs with; none of the tests' own settings leak in."""
        names = ("DATABASE_URL", "REDIS_URL", "SECRET_KEYS_FILE", "HOST", "PORT", "TRUSTED_PROXIES")
        kept = {
            key: text
            for key, text in os.environ.items()
            if key not in names and not key.startswith("BELOWLINE_")
        }
        return {**kept, **self._settings}

    def start(self, stdin: int = subprocess.DEVNULL) -> RunningService:
        """Starts it, again too, and returns when it answers. Raises RuntimeError with its log if it ended."""
        with self.log.open("ab") as output:
            self._launcher = subprocess.Popen(
                [sys.executable, "-m", "service.cli.serve"],
                stdin=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=self.environment,
                start_new_session=True,
                preexec_fn=child.end_with_the_tests,
            )
        wait_until(self._alive, f"the service answers; its log is {self.log}", START_SECONDS)
        return self

    def signal(self, number: signal.Signals) -> None:
        """Sends the launcher, and it alone, a signal."""
        if self._launcher is not None:
            self._launcher.send_signal(number)

    def wait(self) -> int:
        """The launcher's exit status, once it has ended."""
        if self._launcher is None:
            return 0
        status = self._launcher.wait(STOP_SECONDS)
        self._launcher = None
        return status

    def stop(self) -> int:
        """Asks it to stop and returns its exit status."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """kill -9 of the launcher and of everything it started, as a crash of the machine."""
        if self._launcher is None:
            return
        os.killpg(self._launcher.pid, signal.SIGKILL)
        self._launcher.wait(STOP_SECONDS)
        self._launcher = None
        wait_until(self._port_is_free, "the killed workers are gone")

    def remove(self) -> None:
        """Ends it and removes its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def flask(self, *arguments: str) -> str:
        """What `flask --app service …` prints, with the same settings. Raises CalledProcessError."""
        command = [sys.executable, "-m", "flask", "--app", "service", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    def credentials(self) -> dict[str, str]:
        """The demo site's tokens and login."""
        kept: dict[str, str] = json.loads((self.instance / "demo-credentials.json").read_text())
        return kept

    def client(self, token: str | None = None) -> Client:
        """A client, with a moderator's or admin's token if given."""
        return Client(self.base_url, token)

    def children(self) -> list[int]:
        """The process ids of what the launcher itself has started."""
        if self._launcher is None:
            return []
        tasks = Path(f"/proc/{self._launcher.pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]

    def workers(self) -> list[int]:
        """The process ids of the serving processes."""
        return self._named("belowline-web")

    def jobs_workers(self) -> list[int]:
        """The process ids of the jobs worker that the launcher brings along: one, or none yet."""
        return self._named("belowline-jobs")

    def _named(self, name: str) -> list[int]:
        """The processes of this name with this service's settings, whoever started them."""
        wanted = f"BELOWLINE_INSTANCE_DIR={self.instance}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                settings = (folder / "environ").read_bytes().split(b"\0")
                if (folder / "comm").read_text().strip() == name and wanted in settings:
                    found.append(int(folder.name))
            except OSError:
                continue  # it has ended meanwhile
        return found

    def written(self) -> str:
        """Everything it has logged so far."""
        return self.log.read_text(errors="replace")

    def _alive(self) -> bool:
        if self._launcher is not None and self._launcher.poll() is not None:
            raise RuntimeError(f"the service ended at once:\n{self.written()[-3000:]}")
        try:
            return self.client().get("/healthz").status == 200
        except OSError:
            return False

    def _port_is_free(self) -> bool:
        try:
            self.client().get("/healthz")
        except OSError:
            return True
        return False


def comment(body: str, page: str = "https://news.example/article", **fields: Any) -> dict[str, Any]:
    """The JSON of a comment that the demo site takes."""
    return {
        "site": "demo",
        "page": page,
        "name": "Ayşe",
        "email": "ayse@reader.example.org",
        "body": body,
        **fields,
    }
