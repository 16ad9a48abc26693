"""An installation of our own in a folder, on SQLite or PostgreSQL: set up, started, asked, stopped."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.load import Target
from benchmarks.processes import Program, answers, run, seconds_until
from tests.backing.ports import free_port
from tests.backing.postgres import PostgresServer

ROOT: Final = Path(__file__).resolve().parents[2]
OWN_VARIABLES: Final = ("DATABASE_URL", "REDIS_URL", "SECRET_KEYS_FILE", "HOST", "PORT", "TRUSTED_PROXIES")
# To fill it: limits would refuse that, jobs would be in the way, and writers of one process share their syncs.
FILLING: Final = {
    "BELOWLINE_ENV": "development",
    "BELOWLINE_DEMO": "off",
    "BELOWLINE_LIMITS": "off",
    "BELOWLINE_JOBS": "off",
    "BELOWLINE_WORKERS": "1",
}
PRODUCTION: Final = {"BELOWLINE_ENV": "production", "BELOWLINE_JOBS": "on"}
NO_LIMITS: Final = {"BELOWLINE_ENV": "development", "BELOWLINE_DEMO": "off", "BELOWLINE_LIMITS": "off"}


class Installation:
    """The launcher of `make run`, believing the forwarded address of a proxy on this machine."""

    def __init__(self, folder: Path, postgres: PostgresServer | None = None) -> None:
        self.folder = folder
        self.instance = folder / "instance"
        self.postgres = postgres
        self.database = ""  # its name on PostgreSQL
        self.port = free_port()
        self.python = Path(sys.executable)
        self._program: Program | None = None

    def version(self) -> str:
        """The commit that is measured."""
        command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return f"Belowline {done.stdout.strip() or 'without git'}"

    def create(self) -> None:
        """Makes the folder and an empty database; the first launch makes the tables."""
        for name in [name for name in os.environ if name in OWN_VARIABLES or name.startswith("BELOWLINE_")]:
            del os.environ[name]  # none of the settings of whoever runs this leak into what is measured
        self.folder.mkdir(parents=True, exist_ok=True)
        # as setting the environment up has done it, also where this Python may not keep what it compiled
        run([sys.executable, "-m", "compileall", "-q", str(ROOT / "service")])
        if self.postgres is not None:
            self.database = self.postgres.create_database()

    def launch(self, settings: Mapping[str, str], path: str) -> float:
        """Starts it; the seconds until it answered `path`. Raises Failed."""
        command = [str(self.python), "-m", "service.cli.serve"]
        self._program = Program(command, self.folder / "service.log", self._environment(settings), ROOT)
        return seconds_until(lambda: answers(self.port, path), [self._program])

    def stop(self) -> None:
        """Ends it with all its processes; the data stay."""
        if self._program is not None:
            self._program.stop()
            self._program = None

    def commands(self, arguments: Sequence[Sequence[str]]) -> list[str]:
        """What `flask --app service …` prints for each list of arguments. Raises Failed."""
        command = [sys.executable, "-m", "benchmarks.commands"]
        printed = run(command, self._environment(FILLING), json.dumps(arguments))
        texts: list[str] = json.loads(printed.splitlines()[-1])
        return texts

    def target(self) -> Target:
        """Where it listens, with PostgreSQL's processes where it uses them."""
        roots = [self._program.pid] if self._program else []
        if self.postgres is not None:
            roots.append(_postmaster(self.postgres))
        return Target(self.port, roots)

    def stored(self) -> int:
        """How many comments are in the database now."""
        query = "SELECT count(*) FROM comments"
        if self.postgres is not None:
            with psycopg.connect(self.postgres.dsn(self.database)) as connection:
                row = connection.execute(query).fetchone()
            return int(row[0]) if row else 0
        found = sqlite3.connect(self.instance / "belowline.db")
        number: int = found.execute(query).fetchone()[0]
        found.close()
        return number

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        base = {
            "PORT": str(self.port),
            "BELOWLINE_INSTANCE_DIR": str(self.instance),
            "SECRET_KEYS_FILE": str(self.folder / "keys" / "secret-keys.json"),
            "TRUSTED_PROXIES": "127.0.0.1",
            "PYTHONPATH": str(ROOT),
        }
        if self.postgres is not None:
            base["DATABASE_URL"] = self.postgres.dsn(self.database)
        return {**base, **settings}


def _postmaster(postgres: PostgresServer) -> int:
    """The process whose children serve the connections."""
    with psycopg.connect(postgres.dsn()) as connection:
        backend = connection.info.backend_pid
        status = Path(f"/proc/{backend}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])
