"""Readers who post as fast as they can, and what became of their comments."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any
from urllib.parse import quote

from tests.backing.service import RunningService, comment

WRITERS = 8
PAUSE_SECONDS = 0.01


class Writers:
    """Threads that post until the block ends and remember what was acknowledged."""

    def __init__(self, service: RunningService, number: int = WRITERS) -> None:
        self._service = service
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(each,)) for each in range(number)]
        self.acknowledged: set[str] = set()
        self.refused: Counter[int] = Counter()
        self.without_retry_after = 0
        self.unanswered = 0

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _write(self, number: int) -> None:
        client, count = self._service.client(), 0
        while not self._stopping.is_set():
            count += 1
            sent = comment(
                f"Comment {count} of writer {number}.",
                page=f"https://news.example/{number}",
                email=f"writer{number}@reader.example.org",
            )
            try:
                answer = client.post("/v1/comments", sent)
            except OSError:  # killed while it answered, or not back yet
                self.unanswered += 1
                self._stopping.wait(PAUSE_SECONDS)
                continue
            if answer.status == 201:
                self.acknowledged.add(answer.json()["comment"]["id"])
                continue
            self.refused[answer.status] += 1
            self.without_retry_after += "Retry-After" not in answer.headers
            self._stopping.wait(PAUSE_SECONDS)


def stored(service: RunningService) -> set[str]:
    """The ids of all comments that await review, as a moderator sees them."""
    return {item["id"] for item in _all(service, "comments", "&order=oldest")}


def with_event(service: RunningService) -> set[str]:
    """The ids of all comments that the audit log tells of."""
    return {event["comment"] for event in _all(service, "events") if event["comment"]}


def _all(service: RunningService, what: str, query: str = "") -> list[dict[str, Any]]:
    moderator = service.client(service.credentials()["moderator_token"])
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = moderator.get(f"/v1/moderation/{what}?site=demo&limit=200{query}{cursor}")
        assert answer.status == 200, answer.body
        page = answer.json()
        found += page[what]
        if page["next"] is None:
            return found
        cursor = f"&cursor={quote(page['next'])}"
