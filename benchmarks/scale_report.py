"""Writes SCALE.md: how each cost grows."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final

from benchmarks import budgets, machine
from benchmarks.budgets import Kept
from benchmarks.record import Record, number
from benchmarks.report import failures

FILE: Final = Path(__file__).parent / "SCALE.md"
DATABASES: Final = ("sqlite", "postgresql")
THREAD_SIZES: Final = ("10", "100", "1000", "10000", "100000")
QUEUE_SIZES: Final = ("10000", "100000", "1000000")
OF_THREADS: Final = {
    "first-page-rate": "first page, answers a second, 16 connections",
    "first-page-after-change-ms": "first page right after a new comment, ms",
    "next-page-ms": "each of the next 20 pages, ms",
    "post-ms": "a new comment, published at once, ms",
}
OF_QUEUES: Final = {
    "queue-oldest": "queue, oldest first",
    "queue-newest": "queue, newest first",
    "queue-risk": "queue, riskiest first",
    "queue-of-a-page": "queue of one page of 1,000",
    "search-common": "search for a word that many comments have",
    "search-rare": "search for a text that one comment has",
    "search-absent": "search for a word that none has",
    "statistics": "statistics of 30 days",
}
HOW: Final = (
    "Milliseconds are medians of 15 calls by one client; those in brackets are of the first call. A rate is measured "
    "with `wrk`. All sizes are in one database, limits are off, and the moderators' calls answer with the total too."
)


def write(record: Record, kept: list[Kept], seconds: int) -> None:
    """Writes the file anew."""
    today = datetime.datetime.now(datetime.UTC).date()
    rows = [*machine.description(), *((f"on {name}", version) for name, version in record.versions.items())]
    rows += [(name, f"not measured: {why}") for name, why in record.missing.items()]
    parts = [
        f"# Growth, measured on {today}\n\nTo repeat it: `make bench-scale SECONDS={seconds}`. {HOW}",
        "| | |\n|---|---|\n" + "\n".join(f"| {name} | {text} |" for name, text in rows),
        f"## Bounds\n\n{budgets.table(kept)}",
        failures(record),
        "## Threads\n\n"
        + "\n\n".join(_table(record, case, text, THREAD_SIZES) for case, text in OF_THREADS.items()),
        "## Queues and statistics\n\n"
        + "\n\n".join(_table(record, case, f"{text}, ms", QUEUE_SIZES) for case, text in OF_QUEUES.items()),
        "## Filling\n\n"
        + _table(record, "filling-comments-per-second", "`seed`, comments a second", QUEUE_SIZES),
    ]
    FILE.write_text("\n\n".join(part for part in parts if part) + "\n")


def _table(record: Record, case: str, text: str, sizes: tuple[str, ...]) -> str:
    head = [f"| {text} | {' | '.join(f'{int(size):,}' for size in sizes)} |", "|---" * (len(sizes) + 1) + "|"]
    rows = [_row(record, database, case, sizes) for database in DATABASES if record.has(database)]
    return "\n".join([*head, *rows])


def _row(record: Record, database: str, case: str, sizes: tuple[str, ...]) -> str:
    return f"| {database} | {' | '.join(_cell(record, database, case, size) for size in sizes)} |"


def _cell(record: Record, database: str, case: str, size: str) -> str:
    alone = record.median((database, case, size))
    if alone is not None:
        return number(alone)
    first, usual = (record.median((database, f"{case}-{metric}", size)) for metric in ("first-ms", "ms"))
    return f"{number(usual)} ({number(first)})"
