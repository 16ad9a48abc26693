"""One sync for many: SQLite's writers of this process that wait together share a transaction.

SQLite has one writer at a time, and most of a small commit is waiting for the disk. So whoever has done its work
hands the open transaction on to the next who waits, and the last one commits for all. Each but the first has a
savepoint of its own: what one of them gives up takes nothing from the others. Nobody is told "done" before the shared
commit is on disk. (PostgreSQL does the same by itself.)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from service.storage.session import Session

_Mode = Literal["rollback_only", "create_savepoint"]

MEMBERS_MAX = 64
SECONDS_MAX = 0.1


class Group:
    """An open transaction and those who wrote in it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.members = 0
        self.until = time.monotonic() + SECONDS_MAX
        self.error: BaseException | None = None
        self.given_up = False
        self.ended = threading.Event()

    def give_up(self) -> None:
        """Rolls all of it back: what its only member wrote."""
        self.given_up = True
        try:
            self.connection.rollback()
        except BaseException as error:
            self.error = error

    def lost(self) -> bool:
        """Whether SQLite rolled all of it back by itself, as it does when the disk is full."""
        return not self.connection.connection.dbapi_connection.in_transaction  # type: ignore[union-attr]


class GroupCommit:
    """The writers of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._waiting = 0
        self._group: Group | None = None

    @contextmanager
    def member(self) -> Iterator[Session]:
        """A session whose work is on disk when the block has ended. Raises what the block or the commit raises."""
        group = self._join()
        first = group.members == 1  # before it is nothing that its failure could take with it
        mode: _Mode = "rollback_only" if first else "create_savepoint"
        try:
            with Session(group.connection, join_transaction_mode=mode, expire_on_commit=False) as session:
                yield session
                session.commit()
        except BaseException as error:
            if first:
                group.give_up()
            elif group.lost():
                group.error = error
            raise
        finally:
            self._hand_on(group)
        group.ended.wait()
        if group.error is not None:
            raise OperationalError("COMMIT", {}, group.error) from group.error

    def _join(self) -> Group:
        with self._guard:
            self._waiting += 1
        self._turn.acquire()
        with self._guard:
            self._waiting -= 1
        try:
            if self._group is None:
                connection = self._engine.connect().execution_options(writes=True)
                try:
                    connection.begin()
                except BaseException:
                    connection.close()
                    raise
                self._group = Group(connection)
        except BaseException:
            self._turn.release()
            raise
        self._group.members += 1
        return self._group

    def _hand_on(self, group: Group) -> None:
        """Leaves the transaction to the next who waits; without one, or when it has grown old, commits it."""
        with self._guard:
            goes_on = self._waiting > 0
        full = group.members >= MEMBERS_MAX or time.monotonic() > group.until
        if not goes_on or full or group.given_up or group.error is not None:
            self._end(group)
        self._turn.release()

    def _end(self, group: Group) -> None:
        self._group = None
        try:
            if group.error is None:
                group.connection.commit()
        except BaseException as error:
            group.error = error
        finally:
            if group.error is not None:
                group.connection.invalidate()  # whatever state it is in, nobody else shall meet it
            group.connection.close()
            group.ended.set()
