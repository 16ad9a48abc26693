"""A MariaDB of our own with a database that can be put back as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from benchmarks.processes import Program, run, seconds_until


class MariaDB:
    """Debian's MariaDB with its standard settings, on a private socket; the folder's name must be short for that."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "mariadb.sock"
        self._folder = folder
        self._files = folder / "mariadb"
        self._kept = folder / "mariadb-kept"
        self._program: Program | None = None
        self._user = ["--user=mysql"] if os.geteuid() == 0 else []

    @property
    def roots(self) -> list[int]:
        return [self._program.pid] if self._program else []

    def create(self, database: str) -> None:
        """Makes an empty database. Raises Failed."""
        self._files.mkdir()
        if self._user:
            shutil.chown(self._files, "mysql", "mysql")
            shutil.chown(self._folder, "mysql", "mysql")
        authentication = "--auth-root-authentication-method=normal"
        command = [
            "mariadb-install-db",
            "--no-defaults",
            *self._user,
            f"--datadir={self._files}",
            authentication,
        ]
        run([*command, "--skip-test-db"])
        self.start()
        self.execute("", f"CREATE DATABASE {database}")

    def start(self) -> None:
        """Starts it, unless it runs. Raises Failed."""
        if self._program is not None:
            return
        place = [f"--datadir={self._files}", f"--socket={self.socket}", "--skip-networking"]
        command = ["mariadbd", "--no-defaults", *self._user, *place, "--character-set-server=utf8mb4"]
        self._program = Program(
            [*command, f"--pid-file={self._folder}/mariadb.pid"], self._folder / "mariadb.log"
        )
        seconds_until(self._answers, [self._program])

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
            self._program = None

    def keep(self) -> None:
        """Keeps the files of a stopped server as they are."""
        run(["cp", "-a", str(self._files), str(self._kept)])

    def reset(self) -> None:
        """Puts the kept files back; the server must be stopped."""
        shutil.rmtree(self._files)
        run(["cp", "-a", str(self._kept), str(self._files)])

    def execute(self, database: str, statements: str) -> str:
        """What the statements print, without headings. Raises Failed."""
        return run([*self._client(), "-N", *([database] if database else [])], text=statements).strip()

    def _client(self) -> list[str]:
        return ["mariadb", "--no-defaults", "-uroot", f"-S{self.socket}", "--default-character-set=utf8mb4"]

    def _answers(self) -> bool:
        return (
            subprocess.run([*self._client(), "-e", "SELECT 1"], capture_output=True, check=False).returncode
            == 0
        )
