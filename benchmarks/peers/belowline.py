"""Belowline: the server of `make run` in production's settings, with limits, behind a trusted proxy's header."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from benchmarks import dataset
from benchmarks.dataset import Entry, Thread
from benchmarks.load import Request
from benchmarks.peers.environment import environment
from benchmarks.peers.installation import FILLING, NO_LIMITS, PRODUCTION, ROOT, Installation
from benchmarks.peers.seeding import post_threads
from tests.backing.postgres import PostgresServer

HELD: Final = Thread("held", "thread-held", 100)
LONG: Final = Thread(dataset.MAIN, "thread-100000", 100_000)
SHORT: Final = Thread(dataset.MAIN, "thread-of-1000-seeded", 1_000)
SITES: Final = (dataset.MAIN, *dataset.MIX_SITES, *dataset.WRITE_SITES, HELD.site)
ORIGIN: Final = "https://news.example"
THREADS_LISTED: Final = 200  # the most top-level comments that an answer has
PAGES_WRITTEN: Final = (
    25  # of each site: a page takes 60 comments a minute, a site 600 before it holds what comes
)


class Belowline(Installation):
    """On SQLite, or with `postgres` on a server of ours, whose processes count too.

    With `cache` it runs in an environment like that of `make run`, which is kept there.
    """

    accepted = frozenset({201})
    written: Sequence[Thread] = tuple(
        Thread(site, f"{site}-page-{page}", 0)
        for site in dataset.WRITE_SITES
        for page in range(PAGES_WRITTEN)
    )

    def __init__(
        self, folder: Path, postgres: PostgresServer | None = None, cache: Path | None = None
    ) -> None:
        super().__init__(folder, postgres)
        self._cache = cache
        self.name = "belowline" if postgres is None else "belowline-postgresql"
        self.token = ""
        self._template = ""

    def prepare(self) -> None:
        if self._cache is not None:
            self.python = environment(self._cache / "belowline", ROOT / "requirements.txt") / "python"
        self.create()
        self._template = self.database
        self.launch(FILLING, "/healthz")
        try:
            self._fill()
        finally:
            self.stop()
        if self.postgres is None:
            shutil.copytree(self.instance, self.folder / "seeded")

    def _fill(self) -> None:
        sites = [["sites", "add", site, "--origin", ORIGIN, "--policy", "publish_all"] for site in SITES]
        self.token = self.commands([*sites, ["tokens", "add", "--role", "moderator", "--all-sites"]])[
            -1
        ].strip()
        post_threads(self.port, [*dataset.ALL, HELD], submitted)
        long = [] if self.postgres else [LONG]
        seed = [
            ["seed", "--site", thread.site, "--page", thread.url, "--comments", str(thread.size)]
            for thread in (SHORT, *long)
        ]
        self.commands([["sites", "update", HELD.site, "--policy", "hold_all"], *seed])

    def start(self, *, limits: bool = True) -> float:
        """Without limits it is not in production, which refuses that."""
        if self.postgres is None:
            shutil.rmtree(self.instance, ignore_errors=True)
            shutil.copytree(self.folder / "seeded", self.instance)
        else:
            self.database = self.postgres.create_database(self._template)
        return self.launch(PRODUCTION if limits else NO_LIMITS, self.thread(dataset.TEN).path)

    def stop(self) -> None:
        super().stop()
        if self.postgres is not None and self.database != self._template:
            self.postgres.drop_database(self.database)
            self.database = self._template

    def thread(self, thread: Thread) -> Request:
        return get("/v1/comments", site=thread.site, page=thread.url, sort="oldest", limit=THREADS_LISTED)

    def first_page(self, thread: Thread) -> Request:
        """What a reader's browser asks for first, with nothing chosen."""
        return get("/v1/comments", site=thread.site, page=thread.url)

    def counts(self, threads: Sequence[Thread]) -> Request:
        return get("/v1/counts", site=threads[0].site, page=[thread.url for thread in threads])

    def submission(self, thread: Thread, number: int) -> Request:
        request = submitted(thread, dataset.new_entry(number), None)
        return request.with_headers(X_Forwarded_For=dataset.reader_address(number))


def submitted(thread: Thread, entry: Entry, parent: str | None) -> Request:
    """The request that sends a comment; `parent` is the id of the one it replies to."""
    sent = {"name": entry.name, "email": entry.email, "body": entry.body, "parent": parent}
    body = json.dumps({"site": thread.site, "page": thread.url, **sent}).encode()
    return Request("/v1/comments", "POST", {"Content-Type": "application/json"}, body)


def get(path: str, **query: str | int | Sequence[str]) -> Request:
    """A GET request with this query."""
    return Request(f"{path}?{urlencode(query, doseq=True)}")
