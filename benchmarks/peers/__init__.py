"""The servers that are measured: each is prepared, started on loopback from the same data, and stopped again."""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from typing import Protocol

from benchmarks.dataset import Thread
from benchmarks.load import Request, Target, fetch
from benchmarks.processes import Failed

__all__ = ["Missing", "Peer", "check_shows"]


class Missing(Exception):
    """This server cannot be had here; the text says what to install."""


class Peer(Protocol):
    """A comment service that takes part."""

    name: str
    accepted: frozenset[int]  # statuses with which it takes a comment
    written: Sequence[Thread]  # threads that new comments are sent to when only writing is measured

    def version(self) -> str:
        """What is measured, with its version."""

    def prepare(self) -> None:
        """Installs it and makes the data that each `start` begins with. Raises Missing or Failed."""

    def start(self) -> float:
        """Starts it with the data as prepared; the seconds until it first answered. Raises Failed."""

    def stop(self) -> None:
        """Ends it with all its processes."""

    def target(self) -> Target:
        """Where it listens, and its processes."""

    def thread(self, thread: Thread) -> Request:
        """Reads all comments of the thread."""

    def counts(self, threads: Sequence[Thread]) -> Request:
        """Reads how many comments each thread has."""

    def submission(self, thread: Thread, number: int) -> Request:
        """Sends a comment of its own, published at once, from an address of its own."""

    def stored(self) -> int:
        """How many comments are in its database now."""


def check_shows(peer: Peer, thread: Thread) -> int:
    """The bytes of an answer that shows every comment of the thread. Raises Failed when one is not there."""
    status, _, body = fetch(peer.target().port, peer.thread(thread))
    text = body.decode()
    absent = [entry for entry in thread.entries() if " ".join(entry.body.split()[:5]) not in text]
    if status != http.HTTPStatus.OK or absent:
        raise Failed(f"{peer.name} answers {status} and lacks {len(absent)} comments of {thread.slug}")
    return len(body)
