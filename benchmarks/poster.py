"""Posts and approves comments at a steady rate beside a measurement, as readers and a moderator would.

BENCH_TOKEN=… python -m benchmarks.poster PORT SECONDS PAGES; of so many pages in turn the first is the one that is
read. It prints what it did as JSON.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Final

from benchmarks.dataset import new_entry, reader_address

SITE: Final = "held"
PAGE: Final = "https://news.example/thread-held"
PER_SECOND: Final = 20
HANDS: Final = 4


@dataclass
class Done:
    """How many were posted and approved, and the milliseconds that each took."""

    posted: list[float] = field(default_factory=list)
    approved: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Task:
    """Where to post, for how long, and with whose token to approve."""

    port: int
    seconds: float
    pages: int
    token: str

    def hand(self, number: int, done: Done) -> None:
        """One of HANDS threads: every comment has its own moment, whatever the one before it took."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.monotonic() + number / PER_SECOND
        for turn in range(int(self.seconds * PER_SECOND / HANDS)):
            time.sleep(max(0.0, began + turn * HANDS / PER_SECOND - time.monotonic()))
            self._comment(connection, number + turn * HANDS, done)
        connection.close()

    def _comment(self, connection: http.client.HTTPConnection, number: int, done: Done) -> None:
        entry = new_entry(10_000_000 + number)
        page = PAGE if number % self.pages == 0 else f"{PAGE}-{number % self.pages}"
        sent = {"site": SITE, "page": page, "name": entry.name, "email": entry.email, "body": entry.body}
        began = time.perf_counter()
        headers = {"X-Forwarded-For": reader_address(100_000 + number)}
        status, answer = self._post(connection, "/v1/comments", sent, headers)
        done.posted.append((time.perf_counter() - began) * 1000)
        if status != http.HTTPStatus.CREATED:
            done.refused.append(f"{status} {answer}"[:200])
            return
        began = time.perf_counter()
        headers = {"Authorization": f"Bearer {self.token}", "If-Match": '"1"'}
        path = f"/v1/moderation/comments/{answer['comment']['id']}/decision"
        status, answer = self._post(connection, path, {"decision": "approve"}, headers)
        done.approved.append((time.perf_counter() - began) * 1000)
        if status != http.HTTPStatus.OK:
            done.refused.append(f"{status} {answer}"[:200])

    def _post(
        self, connection: http.client.HTTPConnection, path: str, document: object, headers: dict[str, str]
    ) -> tuple[int, dict[str, dict[str, str]]]:
        connection.request(
            "POST", path, json.dumps(document), {"Content-Type": "application/json", **headers}
        )
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def main(arguments: list[str]) -> int:
    port, seconds, pages = arguments
    task = Task(int(port), float(seconds), int(pages), os.environ["BENCH_TOKEN"])
    done = Done()
    hands = [threading.Thread(target=task.hand, args=(number, done)) for number in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    times = sorted(done.posted), sorted(done.approved)
    medians = [values[len(values) // 2] if values else None for values in times]
    summary = {"posted": len(done.posted), "approved": len(done.approved), "refused": done.refused}
    print(json.dumps({**summary, "post_ms": medians[0], "approve_ms": medians[1]}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
