"""Writers that wait together share one commit, and none pays for another's failure."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError

from service.storage import database, group_commit
from service.storage.database import _prepare_sqlite
from service.storage.group_commit import GroupCommit
from tests.backing.waiting import wait_until


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(group_commit, "SECONDS_MAX", 10.0)  # however slow this machine is today
    made = create_engine(f"sqlite:///{tmp_path / 'group.db'}", pool_size=20)
    _prepare_sqlite(made)
    with made.connect() as connection:
        connection.execute(text("CREATE TABLE written (n INTEGER PRIMARY KEY)"))
        connection.commit()
    yield made
    made.dispose()


@pytest.fixture
def commits(engine: Engine) -> list[int]:
    counted: list[int] = []
    event.listen(engine, "commit", lambda _: counted.append(1))
    return counted


def rows(engine: Engine) -> set[int]:
    with engine.connect() as connection:
        return {n for (n,) in connection.execute(text("SELECT n FROM written"))}


def write(writers: GroupCommit, n: int) -> None:
    with writers.member() as session:
        session.execute(text("INSERT INTO written VALUES (:n)"), {"n": n})


def together(writers: GroupCommit, *works: object, gives_up: bool = False) -> list[BaseException | None]:
    """Runs the works in one group: the first waits inside until all others stand in the queue, and may give up."""
    inside, go = threading.Event(), threading.Event()

    def first() -> None:
        with writers.member() as session:
            session.execute(text("INSERT INTO written VALUES (0)"))
            inside.set()
            assert go.wait(5)
            if gives_up:
                raise ValueError("given up")

    with ThreadPoolExecutor(len(works) + 1) as pool:
        futures = [pool.submit(first)]
        assert inside.wait(5)
        for place, work in enumerate(works, 1):
            futures.append(pool.submit(work))  # type: ignore[arg-type]
            wait_until(lambda place=place: writers._waiting == place, "the next one waits", 5)  # type: ignore[misc]
        go.set()
        return [future.exception() for future in futures]


def test_those_who_wait_together_share_one_commit(engine: Engine, commits: list[int]) -> None:
    writers = GroupCommit(engine)
    outcomes = together(writers, *(lambda n=n: write(writers, n) for n in range(1, 9)))
    assert outcomes == [None] * 9
    assert rows(engine) == set(range(9))
    assert len(commits) == 1


def test_one_alone_commits_at_once(engine: Engine, commits: list[int]) -> None:
    write(GroupCommit(engine), 1)
    assert (rows(engine), len(commits)) == ({1}, 1)


def test_what_one_gives_up_takes_nothing_from_the_others(engine: Engine) -> None:
    writers = GroupCommit(engine)
    outcomes = together(
        writers, lambda: write(writers, 1), lambda: write(writers, 0), lambda: write(writers, 2)
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), IntegrityError, type(None)]
    assert rows(engine) == {0, 1, 2}


def test_the_first_one_failing_leaves_the_next_a_transaction_of_its_own(engine: Engine) -> None:
    writers = GroupCommit(engine)
    outcomes = together(writers, lambda: write(writers, 1), gives_up=True)
    assert [type(outcome) for outcome in outcomes] == [ValueError, type(None)]
    assert rows(engine) == {1}


def test_the_last_one_failing_still_commits_for_the_others(engine: Engine) -> None:
    writers = GroupCommit(engine)
    outcomes = together(writers, lambda: write(writers, 0))
    assert [type(outcome) for outcome in outcomes] == [type(None), IntegrityError]
    assert rows(engine) == {0}


def test_when_all_is_rolled_back_nobody_is_told_otherwise(engine: Engine) -> None:
    """As SQLite does by itself when the disk is full."""
    writers = GroupCommit(engine)

    def disk_full() -> None:
        with writers.member() as session:
            raw = session.connection().connection.dbapi_connection
            assert raw is not None
            raw.cursor().execute("ROLLBACK")
            raise OSError("disk full")

    before, _ = together(writers, disk_full)
    assert isinstance(before, OperationalError)
    write(writers, 2)
    assert rows(engine) == {2}


def test_a_commit_that_fails_fails_for_all(engine: Engine) -> None:
    writers = GroupCommit(engine)

    def refuse(_: object) -> None:
        raise RuntimeError("the disk says no")

    event.listen(engine, "commit", refuse)
    outcomes = together(writers, lambda: write(writers, 1))
    event.remove(engine, "commit", refuse)
    assert [type(outcome) for outcome in outcomes] == [OperationalError, OperationalError]
    assert rows(engine) == set()
    write(writers, 3)
    assert rows(engine) == {3}


def test_many_threads_lose_nothing(engine: Engine, commits: list[int]) -> None:
    writers = GroupCommit(engine)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: write(writers, n), range(300)))
    assert rows(engine) == set(range(300))
    assert len(commits) < 300


def test_a_file_that_another_process_keeps_is_an_outage_and_free_again_afterwards(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "SQLITE_BUSY_MILLISECONDS", 50)
    writers = GroupCommit(engine)
    other = sqlite3.connect(str(engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        write(writers, 1)
    assert rows(engine) == set()  # who reads does not wait
    other.execute("ROLLBACK")
    other.close()
    write(writers, 2)
    assert rows(engine) == {2}
