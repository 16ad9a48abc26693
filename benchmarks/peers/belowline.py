"""Belowline: the server of `make run` in production's settings, with limits, behind a trusted proxy's header."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import psycopg

from benchmarks import dataset
from benchmarks.dataset import Thread
from benchmarks.load import Request, Target
from benchmarks.peers.seeding import post_threads
from benchmarks.processes import Program, answers, run, seconds_until
from tests.backing.ports import free_port
from tests.backing.postgres import PostgresServer

ROOT: Final = Path(__file__).resolve().parents[2]
HELD: Final = Thread("held", "thread-held", 100)
LONG: Final = Thread(dataset.MAIN, "thread-100000", 100_000)
SHORT: Final = Thread(dataset.MAIN, "thread-of-1000-seeded", 1_000)
SITES: Final = (dataset.MAIN, *dataset.MIX_SITES, *dataset.WRITE_SITES, HELD.site)
THREADS_LISTED: Final = 200  # the most top-level comments that an answer has
OWN_VARIABLES: Final = ("DATABASE_URL", "REDIS_URL", "SECRET_KEYS_FILE", "HOST", "PORT", "TRUSTED_PROXIES")


class Belowline:
    """On SQLite, or with `postgres` on a server of ours, whose processes count too."""

    accepted = frozenset({201})
    # Limits are on: a page takes 60 comments a minute, a site 600 before it holds what comes.
    written: Sequence[Thread] = tuple(
        Thread(site, f"{site}-page-{page}", 0) for site in dataset.WRITE_SITES for page in range(25)
    )

    def __init__(self, folder: Path, postgres: PostgresServer | None = None) -> None:
        self.name = "belowline" if postgres is None else "belowline-postgresql"
        self.token = ""
        self._folder = folder
        self._postgres = postgres
        self._template = ""
        self._database = ""
        self._port = free_port()
        self._program: Program | None = None

    def version(self) -> str:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
            capture_output=True,
            text=True,
            check=False,
        )
        return f"Belowline {done.stdout.strip() or 'without git'}"

    def prepare(self) -> None:
        forget_own_variables()
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._postgres is not None:
            self._database = self._template = self._postgres.create_database()
        open_hours = {"BELOWLINE_ENV": "development", "BELOWLINE_LIMITS": "off", "BELOWLINE_JOBS": "off"}
        self._launch(open_hours, "/healthz")
        try:
            self._fill(open_hours)
        finally:
            self.stop()
        if self._postgres is None:
            shutil.copytree(self._instance, self._folder / "seeded")

    def _fill(self, settings: Mapping[str, str]) -> None:
        origin = ("--origin", "https://news.example", "--policy", "publish_all")
        made = self.commands(
            [
                *(["sites", "add", site, *origin] for site in SITES),
                ["tokens", "add", "--role", "moderator", "--all-sites"],
            ],
            settings,
        )
        self.token = made[-1].strip()
        post_threads(self._port, [*dataset.ALL, HELD], self._posted)
        long = [] if self._postgres else [LONG]
        seed = [
            ["seed", "--site", thread.site, "--page", thread.url, "--comments", str(thread.size)]
            for thread in (SHORT, *long)
        ]
        self.commands([["sites", "update", HELD.site, "--policy", "hold_all"], *seed], settings)

    def start(self, *, limits: bool = True) -> float:
        """Without limits it is not in production, which refuses that."""
        if self._postgres is None:
            shutil.rmtree(self._instance, ignore_errors=True)
            shutil.copytree(self._folder / "seeded", self._instance)
        else:
            self._database = self._postgres.create_database(self._template)
        mode = {"BELOWLINE_ENV": "production", "BELOWLINE_JOBS": "on"}
        if not limits:
            mode = {"BELOWLINE_ENV": "development", "BELOWLINE_DEMO": "off", "BELOWLINE_LIMITS": "off"}
        return self._launch(mode, self.thread(dataset.TEN).path)

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
            self._program = None
        if self._postgres is not None and self._database not in ("", self._template):
            self._postgres.drop_database(self._database)
            self._database = ""

    def _launch(self, settings: Mapping[str, str], path: str) -> float:
        command = [sys.executable, "-m", "service.cli.serve"]
        self._program = Program(command, self._folder / "service.log", self._environment(settings), ROOT)
        return seconds_until(lambda: answers(self._port, path), [self._program])

    def commands(self, arguments: Sequence[Sequence[str]], settings: Mapping[str, str]) -> list[str]:
        """What `flask --app service …` prints for each list of arguments. Raises Failed."""
        command = [sys.executable, "-m", "benchmarks.commands"]
        printed = run(command, self._environment(settings), json.dumps(arguments))
        texts: list[str] = json.loads(printed.splitlines()[-1])
        return texts

    @property
    def _instance(self) -> Path:
        return self._folder / "instance"

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        base = {
            "PORT": str(self._port),
            "BELOWLINE_INSTANCE_DIR": str(self._instance),
            "SECRET_KEYS_FILE": str(self._folder / "keys" / "secret-keys.json"),
            "TRUSTED_PROXIES": "127.0.0.1",
            "PYTHONPATH": str(ROOT),
        }
        if self._postgres is not None:
            base["DATABASE_URL"] = self._postgres.dsn(self._database)
        return {**base, **settings}

    def target(self) -> Target:
        roots = [self._program.pid] if self._program else []
        if self._postgres is not None:
            roots.append(_postmaster(self._postgres))
        return Target(self._port, roots)

    def thread(self, thread: Thread) -> Request:
        return _get("/v1/comments", site=thread.site, page=thread.url, sort="oldest", limit=THREADS_LISTED)

    def first_page(self, thread: Thread) -> Request:
        """What a reader's browser asks for first, with nothing chosen."""
        return _get("/v1/comments", site=thread.site, page=thread.url)

    def counts(self, threads: Sequence[Thread]) -> Request:
        return _get("/v1/counts", site=threads[0].site, page=[thread.url for thread in threads])

    def submission(self, thread: Thread, number: int) -> Request:
        request = self._posted(thread, dataset.new_entry(number), None)
        return request.with_headers(X_Forwarded_For=dataset.reader_address(number))

    def _posted(self, thread: Thread, entry: dataset.Entry, parent: str | None) -> Request:
        sent = {"name": entry.name, "email": entry.email, "body": entry.body, "parent": parent}
        body = json.dumps({"site": thread.site, "page": thread.url, **sent}).encode()
        return Request("/v1/comments", "POST", {"Content-Type": "application/json"}, body)

    def stored(self) -> int:
        query = "SELECT count(*) FROM comments"
        if self._postgres is not None:
            with psycopg.connect(self._postgres.dsn(self._database)) as connection:
                row = connection.execute(query).fetchone()
            return int(row[0]) if row else 0
        found = sqlite3.connect(self._instance / "belowline.db")
        number: int = found.execute(query).fetchone()[0]
        found.close()
        return number


def forget_own_variables() -> None:
    """None of the settings of whoever runs this leak into what is measured."""
    for name in [name for name in os.environ if name in OWN_VARIABLES or name.startswith("BELOWLINE_")]:
        del os.environ[name]


def _get(path: str, **query: str | int | list[str]) -> Request:
    return Request(f"{path}?{urlencode(query, doseq=True)}")


def _postmaster(postgres: PostgresServer) -> int:
    """The process whose children serve the connections."""
    with psycopg.connect(postgres.dsn()) as connection:
        backend = connection.info.backend_pid
    status = Path(f"/proc/{backend}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])
