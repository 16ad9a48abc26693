"""`make bench-scale`: how the cost of a request grows with a thread, a queue and a search; on SQLite and PostgreSQL.

python -m benchmarks.scale [--seconds 3] [--largest 1000000] [--queues]
"""

from __future__ import annotations

import argparse
import http.client
import json
import signal
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks import budgets, dataset, machine, scale_report
from benchmarks.dataset import Thread
from benchmarks.load import Load, Request, measure
from benchmarks.peers import Missing
from benchmarks.peers.belowline import ORIGIN, get, submitted
from benchmarks.peers.installation import FILLING, NO_LIMITS, Installation
from benchmarks.processes import Failed, memory_mib
from benchmarks.record import Record, number, say
from benchmarks.run import interrupt, postgres_server, work_folder
from tests.backing.postgres import PostgresServer

SITE: Final = "threads"
THREADS: Final = (10, 100, 1_000, 10_000, 100_000)
QUEUES: Final = (10_000, 100_000, 1_000_000)
COMMENTS_PER_PAGE: Final = 1_000  # of the pages that a queue is spread over
TIMES: Final = 15
NEXT_PAGES: Final = 20
RARE: Final = "One xylographer only."
SEARCHED: Final = {"search-common": "harbour", "search-absent": "zyzzyva"}


def main(arguments: Sequence[str]) -> int:
    """0 when all went well, 1 when a bound is missed or a part failed, 2 when nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement of a rate")
    parser.add_argument(
        "--largest", type=int, default=QUEUES[-1], help="the longest queue; for trying out, less"
    )
    parser.add_argument(
        "--queues", action="store_true", help="measure the queues alone; prints, and leaves SCALE.md as it is"
    )
    asked = parser.parse_args(arguments)
    threads = () if asked.queues else THREADS
    signal.signal(signal.SIGTERM, interrupt)
    record = Record()
    record.round = 1
    try:
        machine.install_all(with_wordpress=False)
        with work_folder() as folder, postgres_server(record, wanted=True) as postgres:
            Scale(record, asked, threads).measure("sqlite", folder / "s", None)
            if postgres is not None:
                Scale(record, asked, threads).measure("postgresql", folder / "p", postgres)
    except (machine.CannotMeasure, Missing, Failed) as problem:
        sys.stderr.write(f"belowline: {problem}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    kept = budgets.compare(record, budgets.load("scale"))
    say(f"\n{budgets.table(kept)}")
    if not asked.queues:
        scale_report.write(record, kept, asked.seconds)
        say(f"\n==> written to {scale_report.FILE.relative_to(Path.cwd())}")
    return int(bool(record.failures) or any(one.word == "MISSED" for one in kept))


class Scale:
    """The measurements on one database; numbers are kept as (database, case, size)."""

    def __init__(self, record: Record, asked: argparse.Namespace, threads: Sequence[int]) -> None:
        self._record = record
        self._seconds: int = asked.seconds
        self._threads = threads
        self._queues = [size for size in QUEUES if size <= asked.largest]
        self._database = ""
        self._tokens: dict[int, str] = {}

    def measure(self, database: str, folder: Path, postgres: PostgresServer | None) -> None:
        """Fills an installation and measures it. Raises Failed."""
        self._database = database
        ours = Installation(folder, postgres)
        self._record.versions[database] = ours.version()
        ours.create()
        try:
            self._fill(ours)
            ours.launch(NO_LIMITS, _first_page(THREADS[0]).path)
            for size in self._threads:
                self._thread(ours, size)
            for size in self._queues:
                self._queue(ours, size)
            self._note("memory-mib", "all", memory_mib(ours.target().roots))
        finally:
            ours.stop()

    def _fill(self, ours: Installation) -> None:
        say(
            f"==> {self._database}: filling threads and queues with {sum(self._threads) + sum(self._queues):,} comments"
        )
        ours.launch(FILLING, "/healthz")
        ours.stop()
        sites = [(SITE, "publish_all"), *((_queue_site(size), "hold_all") for size in self._queues)]
        ours.commands(
            [["sites", "add", site, "--origin", ORIGIN, "--policy", policy] for site, policy in sites]
        )
        ours.commands([_seeding(SITE, _page(size), size) for size in self._threads])
        for size in self._queues:
            pages = ["--pages", str(size // COMMENTS_PER_PAGE), "--status", "pending"]
            began = time.monotonic()
            ours.commands([[*_seeding(_queue_site(size), f"{ORIGIN}/queue", size), *pages]])
            self._note("filling-comments-per-second", str(size), size / (time.monotonic() - began))
        tokens = [["tokens", "add", "--role", "admin", "--site", _queue_site(size)] for size in self._queues]
        made = ours.commands(tokens)
        self._tokens = {size: token.strip() for size, token in zip(self._queues, made, strict=True)}

    def _thread(self, ours: Installation, size: int) -> None:
        caller = Caller(ours.port)
        self._note("next-page-ms", str(size), _median(caller.next_pages(_first_page(size))))
        posting, reading = [], []
        for turn in range(TIMES):
            entry = dataset.new_entry(size * 100 + turn)
            posting.append(caller.milliseconds(submitted(Thread(SITE, f"of-{size}", 0), entry, None)))
            reading.append(caller.milliseconds(_first_page(size)))
        self._note("post-ms", str(size), _median(posting))
        self._note("first-page-after-change-ms", str(size), _median(reading))
        measured = measure(ours.target(), Load([_first_page(size)], 16), self._seconds)
        self._note("first-page-rate", str(size), measured.rate)

    def _queue(self, ours: Installation, size: int) -> None:
        caller = Caller(ours.port, self._tokens[size])
        site = _queue_site(size)
        path = "/v1/moderation/comments"
        asked = {
            f"queue-{order}": get(path, site=site, order=order) for order in ("oldest", "newest", "risk")
        }
        asked |= {case: get(path, site=site, q=word) for case, word in SEARCHED.items()}
        # Seeded texts are made of few words, so that none is rare: this one waits at the end of the queue.
        Caller(ours.port).milliseconds(
            submitted(Thread(site, "queue-1", 0), replace(dataset.new_entry(size), body=RARE), None)
        )
        asked["search-rare"] = get(path, site=site, q=RARE.split()[1])
        asked["queue-of-a-page"] = get(path, site=site, page=f"{ORIGIN}/queue-1")
        asked["statistics"] = get("/v1/stats/spam", site=site)
        for case, request in asked.items():
            try:
                self._note(f"{case}-first-ms", str(size), caller.milliseconds(request))
                took = [caller.milliseconds(request) for _ in range(TIMES)]
                self._note(f"{case}-ms", str(size), _median(took))
            except Failed as failed:  # it took longer than the service lets a request take
                self._record.failures.append(f"{self._database}: {failed}")
                say(f"==> FAILED: {self._record.failures[-1]}")

    def _note(self, case: str, size: str, value: float) -> None:
        self._record.note(self._database, case, size, value)
        say(f"    {self._database:12} {case:32} {size:>9}  {number(value)}")


class Caller:
    """One client with one connection, that waits for each answer."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def milliseconds(self, request: Request) -> float:
        """How long the answer took. Raises Failed when it is an error."""
        return self._ask(request)[0]

    def next_pages(self, first: Request) -> list[float]:
        """The milliseconds of the pages after the first, as far as there are any."""
        took, path = list[float](), first.path
        for _ in range(NEXT_PAGES + 1):
            milliseconds, shown = self._ask(Request(path))
            took.append(milliseconds)
            following = shown["next"]
            if not isinstance(following, str):
                break
            path = f"{first.path}&cursor={following}"
        return took[1:] or took

    def _ask(self, request: Request) -> tuple[float, dict[str, object]]:
        began = time.perf_counter()
        headers = {**request.headers, **self._headers}
        self._connection.request(request.method, request.path, request.body or None, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise Failed(f"{request.path} is answered {answer.status}: {body[:300]!r}")
        shown: dict[str, object] = json.loads(body)
        return took, shown


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)


def _page(size: int) -> str:
    return f"{ORIGIN}/of-{size}"


def _first_page(size: int) -> Request:
    return get("/v1/comments", site=SITE, page=_page(size))


def _queue_site(size: int) -> str:
    return f"queue-{size}"


def _seeding(site: str, page: str, comments: int) -> list[str]:
    return ["seed", "--site", site, "--page", page, "--comments", str(comments)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
