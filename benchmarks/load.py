"""The same load for every server: prepared requests, sent by wrk, with what the server used meanwhile."""

from __future__ import annotations

import http.client
import json
import math
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.processes import Failed, cpu_seconds, run, wait_until_idle

SCRIPT: Final = Path(__file__).parent / "load.lua"
TIMEOUT_SECONDS: Final = 60
ANSWERS_EACH: Final = 3
LONGEST_SECONDS: Final = 12


@dataclass(frozen=True)
class Request:
    """One HTTP request to the server under test."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def raw(self) -> bytes:
        """The bytes of the request, HTTP/1.1."""
        headers = {"Host": "127.0.0.1", **self.headers}
        if self.body:
            headers["Content-Length"] = str(len(self.body))
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            *(f"{name}: {text}" for name, text in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body

    def with_headers(self, **more: str) -> Request:
        """The same with these headers too; underscores stand for hyphens."""
        added = {name.replace("_", "-"): text for name, text in more.items()}
        return Request(self.path, self.method, {**self.headers, **added}, self.body)


@dataclass(frozen=True)
class Load:
    """Requests sent over and over, in order, by `connections` at once.

    With `writes`, answers are counted by status, and `accepted` says which count as done.
    """

    requests: Sequence[Request]
    connections: int
    writes: bool = False
    accepted: frozenset[int] = frozenset({200})


@dataclass(frozen=True)
class Target:
    """A running server: where it listens, and its processes (their descendants count too)."""

    port: int
    roots: Sequence[int]


@dataclass(frozen=True)
class Measured:
    """What came of it; times in milliseconds, `rate` in accepted answers a second."""

    rate: float
    p50: float
    p90: float
    p99: float
    most: float
    bytes_per_answer: float
    cpu_ms: float
    answers: int
    refused: int
    broken: int


def fetch(port: int, request: Request) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (names in lower case) and body as sent. Raises OSError."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(request.method, request.path, request.body or None, dict(request.headers))
        answer = connection.getresponse()
        return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def measure(target: Target, load: Load, seconds: int) -> Measured:
    """Puts the server under the load for so long, a slow one for longer. Raises Failed when wrk does, OSError."""
    wait_until_idle(target.roots)
    seconds = _long_enough(target, load, seconds)
    with tempfile.NamedTemporaryFile(prefix="belowline-load-") as file:
        for request in load.requests:
            raw = request.raw()
            file.write(b"%d\n%b" % (len(raw), raw))
        file.flush()
        before = cpu_seconds(target.roots)
        printed = run(_command(target, load, seconds, file.name))
        used = cpu_seconds(target.roots) - before
    lines = [line for line in printed.splitlines() if line.startswith("MEASURED ")]
    if not lines:
        raise Failed(f"wrk measured nothing:\n{printed[-500:]}")
    return _measured(json.loads(lines[0].removeprefix("MEASURED ")), load, used)


def _long_enough(target: Target, load: Load, seconds: int) -> int:
    """So long that each connection is answered some times, within reason; one request is sent to find out."""
    reads = (request for request in load.requests if request.method == "GET")
    request = next(reads, None)
    if request is None:
        return seconds
    began = time.perf_counter()
    fetch(target.port, request)
    took = time.perf_counter() - began
    turns = ANSWERS_EACH * load.connections / len(os.sched_getaffinity(0))
    return max(seconds, min(math.ceil(took * turns), LONGEST_SECONDS))


def _command(target: Target, load: Load, seconds: int, file: str) -> list[str]:
    # One thread: the load generator shall not take more than one processor from the server.
    options = [
        "-t1",
        f"-c{load.connections}",
        f"-d{seconds}s",
        f"--timeout={TIMEOUT_SECONDS}s",
        "-s",
        str(SCRIPT),
    ]
    return ["wrk", *options, f"http://127.0.0.1:{target.port}", "--", file, "1" if load.writes else "0"]


def _measured(found: dict[str, Any], load: Load, cpu: float) -> Measured:
    seconds = found["microseconds"] / 1e6
    answers = found["requests"]
    refused = found["refused"]
    if load.writes:
        refused = sum(
            times for status, times in found["statuses"].items() if int(status) not in load.accepted
        )
    return Measured(
        rate=(answers - refused) / seconds,
        p50=found["p50"] / 1000,
        p90=found["p90"] / 1000,
        p99=found["p99"] / 1000,
        most=found["most"] / 1000,
        bytes_per_answer=found["bytes"] / max(1, answers),
        cpu_ms=cpu * 1000 / max(1, answers),
        answers=answers,
        refused=refused,
        broken=found["broken"],
    )
