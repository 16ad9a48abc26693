"""Sends whole threads through a service's own API, many comments at a time."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from benchmarks.dataset import DEPTH_MAX, Entry, Thread
from benchmarks.load import Request
from benchmarks.processes import Failed

AT_ONCE: Final = 16  # writers that wait together share a sync of the disk
MakeRequest = Callable[[Thread, Entry, str | None], Request]


def post_threads(port: int, threads: Sequence[Thread], request: MakeRequest) -> None:
    """Posts every comment of the threads, all parents before all replies to them. Raises Failed.

    `request` makes a request from an entry and the id of its parent.
    """
    poster = _Poster(port, request)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for depth in range(DEPTH_MAX + 1):
            level = [
                (thread, entry) for thread in threads for entry in thread.entries() if entry.depth == depth
            ]
            list(pool.map(poster.post, level))


class _Poster:
    """Posts with one connection for each of its callers' threads."""

    def __init__(self, port: int, request: MakeRequest) -> None:
        self._port = port
        self._request = request
        self._ids: dict[tuple[str, int], str] = {}
        self._own = threading.local()

    def post(self, of: tuple[Thread, Entry]) -> None:
        thread, entry = of
        parent = None if entry.parent is None else self._ids[thread.slug, entry.parent]
        sent = self._request(thread, entry, parent)
        connection = self._connection()
        connection.request(sent.method, sent.path, sent.body, dict(sent.headers))
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.CREATED:
            raise Failed(f"a comment of {thread.slug} was refused: {answer.status} {body[:300]!r}")
        self._ids[thread.slug, entry.position] = json.loads(body)["comment"]["id"]

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        kept: http.client.HTTPConnection = self._own.connection
        return kept
