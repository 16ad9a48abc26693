"""The cache of prepared answers: bounded, never older than it says, made once by many."""

from __future__ import annotations

import threading
import time

import pytest

from service.settings import Policy
from service.storage.sites import SiteProfile
from service.threads import prepared
from service.threads.prepared import ENTRY_OVERHEAD_BYTES, Dependency, Prepared, PreparedCache

SITE = SiteProfile("paper", "Paper", "en", Policy.HOLD_ALL, (), 900, frozenset())
FRESH = 0.2


class Clock:
    """The monotonic time that the cache sees."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(prepared.time, "monotonic", lambda: self.now)


class Truth:
    """The versions of pages, and how often they were asked for."""

    def __init__(self) -> None:
        self.version = 1
        self.looks = 0

    def current(self, entry: Prepared, _exact: bool) -> bool:
        self.looks += 1
        return entry.depends[0].version == self.version


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def truth() -> Truth:
    return Truth()


@pytest.fixture
def cache(truth: Truth) -> PreparedCache:
    return PreparedCache(100_000, FRESH, truth.current)


def answer(version: int = 1, size: int = 10, key: str = "page") -> Prepared:
    return Prepared(SITE, "text/plain", b"x" * size, (Dependency(key, version),))


def test_a_fresh_answer_is_not_looked_at(cache: PreparedCache, truth: Truth, clock: Clock) -> None:
    cache.put("r", answer(), read_at=clock.now)
    clock.now += FRESH / 2
    assert cache.get("r") is not None
    assert truth.looks == 0


def test_an_older_answer_is_looked_at_once(cache: PreparedCache, truth: Truth, clock: Clock) -> None:
    cache.put("r", answer(), read_at=clock.now)
    clock.now += FRESH * 2
    assert cache.get("r") is not None
    assert cache.get("r") is not None
    assert truth.looks == 1


def test_a_changed_page_is_made_again(cache: PreparedCache, truth: Truth, clock: Clock) -> None:
    cache.put("r", answer(), read_at=clock.now)
    truth.version = 2
    assert cache.get("r") is not None
    clock.now += FRESH * 2
    assert cache.get("r") is None


def test_whoever_asks_for_now_gets_now(cache: PreparedCache, truth: Truth, clock: Clock) -> None:
    cache.put("r", answer(), read_at=clock.now)
    truth.version = 2
    clock.now += 0.001
    assert cache.get("r", now=True) is None


def test_an_expired_page_is_looked_at_at_once(cache: PreparedCache, truth: Truth, clock: Clock) -> None:
    cache.put("one", answer(key="one"), read_at=clock.now)
    cache.put("two", answer(key="two"), read_at=clock.now)
    clock.now += 0.001
    cache.expire("paper", "one")
    assert cache.get("one") is not None
    assert cache.get("two") is not None
    assert truth.looks == 1


def test_what_was_read_before_a_change_is_looked_at_before_it_is_served(
    cache: PreparedCache, truth: Truth, clock: Clock
) -> None:
    """A slow reader cannot put old bytes back."""
    read_at = clock.now
    clock.now += 0.05
    truth.version = 2
    cache.expire("paper", "page")
    cache.put("r", answer(version=1), read_at=read_at)
    assert cache.get("r") is None


def test_a_change_during_a_look_is_not_forgotten(clock: Clock) -> None:
    version = 1
    looks = 0

    def look(entry: Prepared, _exact: bool) -> bool:
        nonlocal version, looks
        looks += 1
        seen = version
        if looks == 1:  # a decision is made after we read and before we are done
            clock.now += 0.01
            version = 2
            cache.expire("paper", "page")
        return entry.depends[0].version == seen

    cache = PreparedCache(100_000, FRESH, look)
    cache.put("r", answer(version=1), read_at=clock.now)
    clock.now += FRESH * 2
    assert cache.get("r") is not None
    assert cache.get("r") is None


def test_memory_is_bounded_and_the_least_used_goes(truth: Truth, clock: Clock) -> None:
    room = 4 * (ENTRY_OVERHEAD_BYTES + 2 * 1000)
    cache = PreparedCache(room, FRESH, truth.current)
    for name in ("a", "b", "c", "d"):
        cache.put(name, answer(size=1000), read_at=clock.now)
    cache.get("a")
    cache.put("e", answer(size=1000), read_at=clock.now)
    assert cache.get("b") is None
    assert all(cache.get(name) for name in ("a", "c", "d", "e"))
    assert cache.size_bytes <= room


def test_an_answer_too_large_to_keep_is_not_kept(truth: Truth, clock: Clock) -> None:
    cache = PreparedCache(10_000, FRESH, truth.current)
    cache.put("r", answer(size=5_000), read_at=clock.now)
    assert cache.get("r") is None


def test_of_many_who_want_the_same_one_makes_it(cache: PreparedCache) -> None:
    made = []
    start = threading.Barrier(8)

    def want() -> None:
        start.wait()
        with cache.making("r"):
            if cache.get("r") is None:
                made.append(1)
                cache.put("r", answer(), read_at=time.monotonic())

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_while_one_looks_the_others_go_on_with_what_there_is(truth: Truth) -> None:
    looking, done = threading.Event(), threading.Event()

    def slow(_: Prepared, _exact: bool) -> bool:
        looking.set()
        assert done.wait(5)
        return True

    cache = PreparedCache(100_000, FRESH, slow)
    cache.put("r", answer(), read_at=time.monotonic() - FRESH * 2)
    first = threading.Thread(target=cache.get, args=("r",))
    first.start()
    assert looking.wait(5)
    assert cache.get("r") is not None
    done.set()
    first.join()
