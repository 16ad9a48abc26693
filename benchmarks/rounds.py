"""One round: every server in turn gets the same loads, and those that are compared closely follow each other."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import brotli

from benchmarks import dataset
from benchmarks.dataset import HUNDRED, TEN, THOUSAND, Thread
from benchmarks.load import Load, Request, fetch, measure
from benchmarks.peers import Peer, check_shows
from benchmarks.peers.belowline import HELD, LONG, SHORT, Belowline
from benchmarks.peers.installation import ROOT
from benchmarks.peers.nginx import Nginx, Proxy
from benchmarks.peers.wordpress import WordPress
from benchmarks.processes import Failed, Program, memory_mib
from benchmarks.record import Record, number, say

READS_PER_WRITE: Final = 19
MIXED_WRITES_PER_SECOND: Final = 600  # so many are prepared; a server that does more gets them again
WRITES_PER_SECOND: Final = 2_500
BESIDE_PAGES: Final = 25  # a page takes 60 comments a minute
OURS: Final = "thread.json"


@dataclass
class Round:
    """What the measurements of a round share."""

    record: Record
    seconds: int
    folder: Path

    def read(self, peer: Peer | Nginx | Proxy, case: str, request: Request, connections: int = 16) -> None:
        """Measures one request, over and over."""
        self.record.add(peer.name, case, measure(peer.target(), Load([request], connections), self.seconds))

    @property
    def first(self) -> bool:
        """What changes little from round to round is measured in the first alone."""
        return self.record.round == 1


def belowline_and_nginx(now: Round, ours: Belowline, nginx: Nginx, proxy: Proxy) -> None:
    """Our reading next to nginx with the same bytes, then our writing. Raises Failed, Missing."""
    try:
        _begin(now, ours)
        body = fetch(ours.target().port, ours.thread(HUNDRED))[2]
        nginx.start({OURS: body})
        proxy.start(ours.target())
        try:
            _reading_by_turns(now, ours, nginx, proxy)
        finally:
            proxy.stop()
            nginx.stop()
        _sizes(now, ours, ours.thread(HUNDRED))
        now.read(ours, "counts-20", ours.counts(dataset.COUNTED))
        now.read(ours, "first-page-of-1000", ours.first_page(SHORT))
        now.read(ours, "first-page-of-100000", ours.first_page(LONG))
        _other_sizes(now, ours)
        _beside(now, ours, BESIDE_PAGES, "with-writes")
        _writing(now, ours)
    finally:
        ours.stop()


def belowline_without_limits(now: Round, ours: Belowline) -> None:
    """All the comments posted beside go to the page that is read, which the limit of a page would refuse."""
    try:
        ours.start(limits=False)
        _beside(now, ours, 1, "with-writes-on-it")
    finally:
        ours.stop()


def belowline_on_postgresql(now: Round, ours: Belowline) -> None:
    """The same on PostgreSQL, where it may differ."""
    try:
        _begin(now, ours)
        now.read(ours, "thread-100-c16", ours.thread(HUNDRED))
        _beside(now, ours, BESIDE_PAGES, "with-writes")
        _writing(now, ours)
    finally:
        ours.stop()


def other(now: Round, peer: Peer) -> None:
    """A peer's reading and writing."""
    try:
        _begin(now, peer)
        for connections in (16, 64):
            now.read(peer, f"thread-100-c{connections}", peer.thread(HUNDRED), connections)
        if isinstance(peer, WordPress):
            now.read(peer, "thread-100-json", peer.thread_json(HUNDRED))
            _sizes(now, peer, peer.thread_json(HUNDRED), "bytes-100-json")
        _sizes(now, peer, peer.thread(HUNDRED))
        now.read(peer, "counts-20", peer.counts(dataset.COUNTED))
        _other_sizes(now, peer)
        _writing(now, peer)
    finally:
        peer.stop()


def cached(now: Round, peer: Peer) -> None:
    """What a page cache before a peer gives while nobody writes."""
    try:
        _begin(now, peer)
        for connections in (16, 64):
            now.read(peer, f"thread-100-c{connections}", peer.thread(HUNDRED), connections)
    finally:
        peer.stop()


def _begin(now: Round, peer: Peer) -> None:
    seconds = peer.start()
    now.record.note(peer.name, "server", "start_ms", seconds * 1000)
    check_shows(peer, HUNDRED)
    now.record.note(peer.name, "server", "memory_idle_mib", memory_mib(peer.target().roots))
    say(f"    {peer.name:24} first answer after {number(seconds * 1000)} ms")


def _reading_by_turns(now: Round, ours: Belowline, nginx: Nginx, proxy: Proxy) -> None:
    turns: tuple[tuple[Belowline | Nginx | Proxy, Request], ...] = (
        (nginx, nginx.file(OURS)),
        (ours, ours.thread(HUNDRED)),
        (proxy, ours.thread(HUNDRED)),
    )
    for connections in (16, 64):
        for server, request in turns:
            now.read(server, f"thread-100-c{connections}", request, connections)
    for server, request in turns:
        now.read(server, "thread-100-gzip", request.with_headers(Accept_Encoding="gzip"))
    for server, request in turns:
        etag = fetch(server.target().port, request)[1]["etag"]
        again = request.with_headers(If_None_Match=etag)
        if fetch(server.target().port, again)[0] != 304:
            raise Failed(f"{server.name} does not answer 304 to its own ETag")
        now.read(server, "not-modified", again)


def _other_sizes(now: Round, peer: Peer) -> None:
    if now.first:
        now.read(peer, "thread-10", peer.thread(TEN))
        now.read(peer, "thread-1000", peer.thread(THOUSAND), 4)


def _sizes(now: Round, peer: Peer, request: Request, case: str = "bytes-100") -> None:
    """The bytes of the thread of 100: as sent to a browser that takes gzip, and all compressed alike."""
    plain = fetch(peer.target().port, request)[2]
    _, _, sent = fetch(peer.target().port, request.with_headers(Accept_Encoding="gzip"))
    now.record.note(peer.name, case, "plain", len(plain))
    now.record.note(peer.name, case, "sent", len(sent))
    now.record.note(peer.name, case, "gzip", len(gzip.compress(plain, 6, mtime=0)))
    now.record.note(peer.name, case, "brotli", len(brotli.compress(plain, quality=5)))


def _beside(now: Round, ours: Belowline, pages: int, case: str) -> None:
    """First pages a second, without and with comments posted and approved beside it."""
    request = ours.first_page(HELD)
    base = f"first-page-before-{case}"
    now.read(ours, base, request)
    command = [
        sys.executable,
        "-m",
        "benchmarks.poster",
        str(ours.target().port),
        str(now.seconds + 1),
        str(pages),
    ]
    log = now.folder / f"poster-{ours.name}-{case}-{now.record.round}.log"
    poster = Program(command, log, {"BENCH_TOKEN": ours.token, "PYTHONPATH": str(ROOT)}, ROOT)
    try:
        now.read(ours, f"first-page-{case}", request)
        poster.wait()
    finally:
        poster.stop()
    done = json.loads(log.read_text().splitlines()[-1])
    for metric in ("posted", "approved", "post_ms", "approve_ms"):
        now.record.note(ours.name, case, metric, done[metric])
    say(f"    {'':24} beside it {done['posted']} were posted and {done['approved']} approved")
    if done["refused"]:
        raise Failed(f"{len(done['refused'])} comments beside were refused: {done['refused'][0]}")


def _writing(now: Round, peer: Peer) -> None:
    accepted = peer.accepted | {200}
    mixed = Load(_mixed(peer, now.seconds * MIXED_WRITES_PER_SECOND), 16, True, accepted)
    now.record.add(peer.name, "mixed", measure(peer.target(), mixed, now.seconds))
    threads, number_prepared = peer.written, now.seconds * WRITES_PER_SECOND
    offset = 1_000_000  # other authors and other addresses than before
    requests = [peer.submission(threads[n % len(threads)], offset + n) for n in range(number_prepared)]
    before = peer.stored()
    done = measure(peer.target(), Load(requests, 8, True, peer.accepted), now.seconds)
    now.record.add(peer.name, "write", done)
    now.record.note(peer.name, "server", "memory_after_mib", memory_mib(peer.target().roots))
    kept = peer.stored() - before
    if kept < done.answers - done.refused:
        raise Failed(f"{peer.name} took {done.answers - done.refused} comments and keeps {kept}")


def _mixed(peer: Peer, writes: int) -> Sequence[Request]:
    """Of twenty requests one is a new comment; reads and comments go through all threads."""
    reads = [peer.thread(thread) for thread in dataset.MIX]
    return [request for n in range(writes) for request in _twenty(peer, reads, n)]


def _twenty(peer: Peer, reads: Sequence[Request], n: int) -> Iterator[Request]:
    thread: Thread = dataset.MIX[n * 7 % len(dataset.MIX)]
    yield peer.submission(thread, n)
    for turn in range(READS_PER_WRITE):
        yield reads[(n * READS_PER_WRITE + turn) % len(reads)]
