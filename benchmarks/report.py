"""Writes RESULTS.md: the budgets first, then everything that was measured, on which machine, and how to repeat it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import budgets, machine
from benchmarks.budgets import Kept
from benchmarks.record import Record, number

FILE: Final = Path(__file__).parent / "RESULTS.md"
OURS: Final = "belowline"
# What each case is, in the words of the report.
CASES: Final = {
    "thread-100-c16": "the thread of 100, all of it, 16 connections",
    "thread-100-c64": "the thread of 100, all of it, 64 connections",
    "thread-100-gzip": "the thread of 100, all of it, gzip, 16 connections",
    "thread-100-json": "the thread of 100 from WordPress's REST API, 16 connections",
    "not-modified": "the thread of 100, conditional request answered 304, 16 connections",
    "thread-10": "the thread of 10, 16 connections",
    "thread-1000": "the thread of 1,000, 4 connections (ours: its first 200 top-level comments; peers: all of it)",
    "counts-20": "the counts of 20 pages, 16 connections (WordPress: its front page)",
    "first-page-of-1000": "first page of a thread of 1,000, 16 connections",
    "first-page-of-100000": "first page of a thread of 100,000, 16 connections",
    "first-page-before-with-writes": "first page, 16 connections, nobody writes",
    "first-page-with-writes": "the same, 20 comments a second posted and approved on it and 24 other pages",
    "first-page-before-with-writes-on-it": "first page, 16 connections, limits off, nobody writes",
    "first-page-with-writes-on-it": "the same, 20 comments a second posted and approved, all on that page",
    "mixed": "19 reads of threads of 100 to 1 new comment, published at once, 16 connections",
    "write": "new comments, published at once, 8 connections",
}
HOW: Final = (
    "The servers are started one after the other on the loopback of one machine, which sends the load too (`wrk`, one "
    "thread); all but nginx have the same threads of comments in them. A comment counts as accepted when the server "
    "said so; that it is in the database is checked afterwards."
)
BUDGETS: Final = (
    "Ratios are taken within a round; of several peers the one that does best counts. The bounds are in "
    "[budgets.toml](budgets.toml)."
)
ANSWERS: Final = (
    "Medians of the rounds, the least and the most of them in brackets. CPU is that of all processes of the server, "
    "per answer."
)
MEMORY: Final = (
    "Proportional set size of all processes; MariaDB, and PostgreSQL with its buffers, count and run already at the "
    "start."
)


@dataclass(frozen=True)
class Settings:
    """How long it was measured."""

    seconds: int
    rounds: int
    took_seconds: float


def write(record: Record, kept: list[Kept], settings: Settings) -> None:
    """Writes the file anew."""
    cases = "\n\n".join(_case(record, case) for case in _shown(record))
    parts = [
        _head(record, settings),
        f"## Budgets\n\n{BUDGETS}\n\n{budgets.table(kept)}",
        failures(record),
        f"## Answers a second\n\n{ANSWERS}\n\n{cases}",
        f"## Bytes of the thread of 100\n\n{_bytes(record)}",
        f"## Memory and start\n\n{_server(record)}",
        f"## Judging a comment\n\n{_pipeline(record)}",
        f"## Comments posted and approved beside the reading\n\n{_beside(record)}",
    ]
    FILE.write_text("\n\n".join(part for part in parts if part) + "\n")


def _pipeline(record: Record) -> str:
    """What the spam pipeline costs without the database."""
    told = {
        metric: record.median((OURS, "pipeline", metric))
        for metric in ("cpu_us", "cpu_us_p99", "memory_mib", "worst_ms", "classifier_worst_ms")
    }
    median, late, memory, worst, classified = (number(value) for value in told.values())
    return (
        f"All checks, the classifier with its explanation and the signs of campaigns, without the database: {median} "
        f"µs of CPU per comment (median; 99th percentile {late} µs). It adds {memory} MiB to a process, with all "
        f"that it imports. The hostile text of 10,000 characters that costs most takes {worst} ms, "
        f"{classified} ms of the classifier alone."
    )


def _head(record: Record, settings: Settings) -> str:
    rows = [*machine.description(), *((name, version) for name, version in record.versions.items())]
    rows += [(name, f"not measured: {why}") for name, why in record.missing.items()]
    today = datetime.datetime.now(datetime.UTC).date()
    command = f"make bench SECONDS={settings.seconds} ROUNDS={settings.rounds}"
    head = f"# Measured on {today}\n\nTo repeat it: `{command}` ({settings.took_seconds / 60:.0f} minutes). {HOW}"
    table = "\n".join(f"| {name} | {text} |" for name, text in rows)
    return f"{head}\n\n| | |\n|---|---|\n{table}"


def failures(record: Record) -> str:
    """A section about them, or nothing."""
    if not record.failures:
        return ""
    return "## What failed\n\n" + "\n".join(f"- {failure.splitlines()[0]}" for failure in record.failures)


def _shown(record: Record) -> list[str]:
    measured = record.cases("rate")
    return [case for case in CASES if case in measured]


def _case(record: Record, case: str) -> str:
    servers = record.servers(lambda key: key[1:] == (case, "rate"))
    head = [
        "| server | a second | ours is times this | p50 ms | p90 ms | p99 ms | bytes | CPU ms | refused |"
    ]
    rows = [_row(record, server, case) for server in servers]
    return "\n".join([f"### {CASES[case]}", "", *head, "|---" * 9 + "|", *rows])


def _row(record: Record, server: str, case: str) -> str:
    def median(metric: str) -> str:
        return number(record.median((server, case, metric)))

    least, most = record.spread((server, case, "rate")) or (0.0, 0.0)
    ratio = None if server == OURS else record.ratio((OURS, case, "rate"), (server, case, "rate"))
    rate = f"{median('rate')} ({number(least)} to {number(most)})"
    times = " | ".join(
        median(metric) for metric in ("p50", "p90", "p99", "bytes_per_answer", "cpu_ms", "refused")
    )
    return f"| {server} | {rate} | {number(ratio) if ratio else ''} | {times} |"


def _bytes(record: Record) -> str:
    rows = ["| server | as it is | as sent, gzip asked for | gzip | brotli |", "|---" * 5 + "|"]
    for case, note in (("bytes-100", ""), ("bytes-100-json", " (JSON)")):
        for server in record.servers(lambda key, case=case: key[1:] == (case, "gzip")):  # type: ignore[misc]
            sizes = (
                number(record.median((server, case, metric)))
                for metric in ("plain", "sent", "gzip", "brotli")
            )
            rows.append(f"| {server}{note} | {' | '.join(sizes)} |")
    return "\n".join(
        [
            *rows,
            "",
            "The last two columns are all compressed alike, as a proxy before each would do it: gzip 6, brotli 5.",
        ]
    )


def _server(record: Record) -> str:
    metrics = ("memory_idle_mib", "memory_after_mib", "start_ms")
    rows = [
        "| server | MiB after the start | MiB after the load | ms to the first answer |",
        "|---|---|---|---|",
    ]
    for server in record.servers(lambda key: key[1] == "server"):
        found = (number(record.median((server, "server", metric))) for metric in metrics)
        rows.append(f"| {server} | {' | '.join(found)} |")
    return "\n".join([*rows, "", MEMORY])


def _beside(record: Record) -> str:
    metrics = ("posted", "approved", "post_ms", "approve_ms")
    rows = [
        "| server | pages | posted | approved | median ms to post | median ms to approve |",
        "|---" * 6 + "|",
    ]
    for case, pages in (("with-writes", "25"), ("with-writes-on-it", "1")):
        for server in record.servers(lambda key, case=case: key[1:] == (case, "posted")):  # type: ignore[misc]
            found = (number(record.median((server, case, metric))) for metric in metrics)
            rows.append(f"| {server} | {pages} | {' | '.join(found)} |")
    return "\n".join(rows)
