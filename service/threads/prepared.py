"""Answers prepared as bytes, and the bounded cache that keeps them while their pages' versions stand."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import brotli

from service.storage.sites import SiteProfile

GZIP_LEVEL = 6
BROTLI_QUALITY = 5
COMPRESS_FROM_BYTES = 256
ENTRY_OVERHEAD_BYTES = 1_500
# Readers must look again each time (a decision shows at once); shared caches may hold an answer for a second.
CACHE_CONTROL = "public, max-age=0, s-maxage=1, must-revalidate"
CDN_CACHE_CONTROL = "public, max-age=1, stale-while-revalidate=10"
NEVER = float("-inf")


@dataclass(frozen=True)
class Dependency:
    """What an answer was made from: a page of a site at a version."""

    key: str
    version: int


@dataclass(frozen=True)
class Answer:
    """What many requests get alike; `head` is its beginning as it is sent, to which the rest of the head is added."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    head: bytes = field(init=False)

    def __post_init__(self) -> None:
        lines = [f"HTTP/1.1 {self.status}", *(f"{name}: {text}" for name, text in self.headers), ""]
        object.__setattr__(self, "head", "\r\n".join(lines).encode("latin-1"))


@dataclass
class Prepared:
    """An answer to readers of `site`: its bytes in each encoding (made when first asked for) and its entity tag."""

    site: SiteProfile
    content_type: str
    body: bytes
    depends: tuple[Dependency, ...]
    headers: tuple[tuple[str, str], ...] = ()
    tag: str = ""
    checked: float = 0.0
    confirmed: float = NEVER
    encoded: dict[str, bytes] = field(default_factory=dict)
    answers: dict[tuple[str, bool, str | None], Answer] = field(default_factory=dict)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.tag = hashlib.blake2b(self.body, digest_size=12).hexdigest()
        self.encoded["identity"] = self.body

    def bytes_as(self, encoding: str) -> bytes:
        """The body as `br`, `gzip` or `identity`."""
        found = self.encoded.get(encoding)
        if found is None:
            found = (
                brotli.compress(self.body, quality=BROTLI_QUALITY)
                if encoding == "br"
                else gzip.compress(self.body, GZIP_LEVEL, mtime=0)
            )
            self.encoded[encoding] = found
        return found

    def etag(self, encoding: str) -> str:
        """A strong tag: other bytes, other tag (RFC 9110, 8.8.3.3)."""
        return f'"{self.tag}"' if encoding == "identity" else f'"{self.tag}-{encoding}"'

    @property
    def size(self) -> int:
        """Upper estimate of the memory it takes, in bytes."""
        return ENTRY_OVERHEAD_BYTES + 2 * len(self.body)


class PreparedCache:
    """Least recently used answers up to `max_bytes`, by request.

    An entry is served without a look for `fresh_seconds`; then one request asks `current` while others go on with
    what there is, for a second at most. `expire` makes the next request look at once. The second argument of
    `current` says whether the look must be exact: a replica that lags would not know of what was just changed.
    """

    BOUND_SECONDS = 0.9

    def __init__(
        self, max_bytes: int, fresh_seconds: float, current: Callable[[Prepared, bool], bool]
    ) -> None:
        self._max_bytes = max_bytes
        self._fresh_seconds = fresh_seconds
        self._current = current
        self._entries: OrderedDict[str, Prepared] = OrderedDict()
        self._bytes = 0
        self._guard = threading.Lock()
        self._making: dict[str, threading.Lock] = {}
        self._expired_at = NEVER
        self.hits = 0
        self.misses = 0

    def get(self, request: str, *, now: bool = False) -> Prepared | None:
        """The prepared answer, if it is there and still true; `now` looks, however lately somebody else did."""
        entry = self._entries.get(request)
        if entry is None:
            self.misses += 1
            return None
        arrived = time.monotonic()
        oldest = arrived if now else arrived - self._fresh_seconds
        if entry.checked < oldest:
            must_wait = now or entry.checked < arrived - self.BOUND_SECONDS
            exact = now or entry.checked == NEVER
            if not self._still_true(request, entry, oldest, (must_wait, exact)):
                self.misses += 1
                return None
        self.hits += 1
        with suppress(KeyError):  # dropped just now by another thread
            self._entries.move_to_end(request)
        return entry

    def get_at_once(self, request: str) -> Prepared | None:
        """The prepared answer, if nobody has to look before it is served; the others are for `get`."""
        entry = self._entries.get(request)
        if entry is None:
            return None
        age = time.monotonic() - entry.checked
        if age > self._fresh_seconds and not (age <= self.BOUND_SECONDS and entry.turn.locked()):
            return None
        self.hits += 1
        with suppress(KeyError):  # dropped just now by another thread
            self._entries.move_to_end(request)
        return entry

    def _still_true(self, request: str, entry: Prepared, oldest: float, how: tuple[bool, bool]) -> bool:
        """Whether a look that began at `oldest` or later found the entry true; looks if there was none."""
        must_wait, exact = how
        if not entry.turn.acquire(blocking=must_wait):
            return True  # somebody is looking right now
        try:
            if (entry.confirmed if exact else entry.checked) >= oldest:
                return True
            started = time.monotonic()
            if self._current(entry, exact):
                entry.confirmed = started if exact else entry.confirmed
                # A change came while we looked: what we saw may be from before it.
                entry.checked = started if started > self._expired_at else NEVER
                return True
        finally:
            entry.turn.release()
        self._drop(request, entry)
        return False

    def put(self, request: str, entry: Prepared, read_at: float) -> None:
        """Keeps an answer whose versions were read at `read_at` (monotonic seconds)."""
        if entry.size > self._max_bytes // 4:
            return
        # Something changed while this was being made: the next request looks before it is served.
        entry.checked = read_at if read_at > self._expired_at else NEVER
        with self._guard:
            old = self._entries.pop(request, None)
            self._bytes += entry.size - (old.size if old else 0)
            self._entries[request] = entry
            while self._bytes > self._max_bytes:
                _, gone = self._entries.popitem(last=False)
                self._bytes -= gone.size

    @contextmanager
    def making(self, request: str) -> Iterator[None]:
        """Lets one request make an answer while others for the same wait; they find it in the cache then."""
        with self._guard:
            lock = self._making.setdefault(request, threading.Lock())
        try:
            with lock:
                yield
        finally:
            with self._guard:
                self._making.pop(request, None)

    def expire(self, site: str, *keys: str) -> None:
        """Makes the next request for any answer made from these pages look at their versions."""
        changed = frozenset(keys)
        with self._guard:
            self._expired_at = time.monotonic()
            entries = list(self._entries.values())
        for entry in entries:
            if entry.site.slug == site and any(dependency.key in changed for dependency in entry.depends):
                entry.checked = NEVER

    def _drop(self, request: str, entry: Prepared) -> None:
        with self._guard:
            if self._entries.get(request) is entry:
                del self._entries[request]
                self._bytes -= entry.size

    @property
    def size_bytes(self) -> int:
        """Estimated memory in use."""
        return self._bytes
