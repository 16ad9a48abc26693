"""Sends whole threads through a service's own API, several threads at a time."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from benchmarks.dataset import Entry, Thread
from benchmarks.load import Request
from benchmarks.processes import Failed

AT_ONCE: Final = 8


def post_threads(
    port: int, threads: Sequence[Thread], request: Callable[[Thread, Entry, str | None], Request]
) -> None:
    """Posts every comment of the threads; `request` makes it from the entry and its parent's id. Raises Failed."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        longest_first = sorted(threads, key=lambda thread: -thread.size)
        list(pool.map(lambda thread: _post(port, thread, request), longest_first))


def _post(port: int, thread: Thread, request: Callable[[Thread, Entry, str | None], Request]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    ids: list[str] = []
    for entry in thread.entries():
        sent = request(thread, entry, None if entry.parent is None else ids[entry.parent])
        connection.request(sent.method, sent.path, sent.body, dict(sent.headers))
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.CREATED:
            raise Failed(f"a comment of {thread.slug} was refused: {answer.status} {body[:300]!r}")
        ids.append(json.loads(body)["comment"]["id"])
    connection.close()
