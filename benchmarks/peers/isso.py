"""Isso from PyPI, as its documentation runs it in production: gunicorn with four processes, SQLite."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from benchmarks import dataset
from benchmarks.dataset import Thread
from benchmarks.load import Request, Target
from benchmarks.peers.environment import environment
from benchmarks.processes import Program, answers, run, seconds_until
from tests.backing.ports import free_port

REQUIREMENTS = Path(__file__).parent / "isso.txt"
FIRST_SENT = 1_700_000_000  # seconds since 1970
CONFIGURATION = """
[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1:{port}/
[guard]
enabled = false
[server]
listen = http://127.0.0.1:{port}
"""
COLUMNS = (
    "tid, id, parent, created, mode, remote_addr, text, author, email, likes, dislikes, voters, notification"
)


class Isso:
    """Without limits and without moderation, which are its fastest settings."""

    name = "isso"
    accepted = frozenset({201, 202})
    written: Sequence[Thread] = dataset.SMALL

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder = folder
        self._venv = cache / "isso"
        self._database = folder / "comments.db"
        self._port = free_port()
        self._program: Program | None = None

    def version(self) -> str:
        code = (
            "import importlib.metadata as m; print(m.version('isso'), 'with gunicorn', m.version('gunicorn'))"
        )
        return "Isso " + run([str(self._venv / "bin/python"), "-c", code]).strip()

    def prepare(self) -> None:
        environment(self._venv, REQUIREMENTS)
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "isso.cfg").write_text(CONFIGURATION.format(folder=self._folder, port=self._port))
        self._start("/config")  # it makes its own tables
        self.stop()
        with sqlite3.connect(self._database) as connection:
            _fill(connection)
        connection.close()
        shutil.copy(self._database, self._folder / "seeded.db")

    def start(self) -> float:
        for file in self._folder.glob("comments.db*"):
            file.unlink()
        shutil.copy(self._folder / "seeded.db", self._database)
        return self._start(self.thread(dataset.TEN).path)

    def _start(self, path: str) -> float:
        command = [str(self._venv / "bin/gunicorn"), "-b", f"127.0.0.1:{self._port}", "-w", "4", "--preload"]
        memory = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108
        self._program = Program(
            [*command, *memory, "isso.run"],
            self._folder / "isso.log",
            {"ISSO_SETTINGS": str(self._folder / "isso.cfg")},
            self._folder,
        )
        return seconds_until(lambda: answers(self._port, path), [self._program])

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()
            self._program = None

    def target(self) -> Target:
        return Target(self._port, [self._program.pid] if self._program else [])

    def thread(self, thread: Thread) -> Request:
        return Request(f"/?uri={quote(_uri(thread), safe='')}&sort=oldest&offset=0", headers=self._headers())

    def counts(self, threads: Sequence[Thread]) -> Request:
        asked = json.dumps([_uri(thread) for thread in threads]).encode()
        return Request("/count", "POST", self._headers(), asked)

    def submission(self, thread: Thread, number: int) -> Request:
        entry = dataset.new_entry(number)
        sent = {
            "author": entry.name,
            "email": entry.email,
            "website": None,
            "parent": None,
            "text": entry.body,
        }
        body = json.dumps({**sent, "notification": 0}).encode()
        return Request(f"/new?uri={quote(_uri(thread), safe='')}", "POST", self._headers(), body)

    def stored(self) -> int:
        connection = sqlite3.connect(self._database)
        number: int = connection.execute("SELECT count(*) FROM comments").fetchone()[0]
        connection.close()
        return number

    def _headers(self) -> dict[str, str]:
        return {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{self._port}"}


def _uri(thread: Thread) -> str:
    return f"/{thread.slug}/"


def _fill(connection: sqlite3.Connection) -> None:
    """The threads in Isso's own tables. It keeps one level of replies: each hangs under its topmost comment."""
    number = 0
    for thread_id, thread in enumerate(dataset.ALL, 1):
        connection.execute(
            "INSERT INTO threads (id, uri, title) VALUES (?, ?, ?)", (thread_id, _uri(thread), thread.slug)
        )
        first, tops = number + 1, list[int]()
        for entry in thread.entries():
            number += 1
            top = number if entry.parent is None else tops[entry.parent]
            tops.append(top)
            sent = FIRST_SENT + 60 * (number - first)
            row = (thread_id, number, None if top == number else top, sent, 1, "198.18.0.0", entry.body)
            more = (entry.name, entry.email, 0, 0, bytes(256), 0)
            connection.execute(
                f"INSERT INTO comments ({COLUMNS}) VALUES ({', '.join('?' * 13)})",  # noqa: S608
                (*row, *more),
            )
