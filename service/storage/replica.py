"""Reads of readers from a streaming replica of PostgreSQL, for as long as it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.breaker import Breaker
from service.storage.session import Session

T = TypeVar("T")

CONNECT_SECONDS: Final = 2
#: One answer of the server. A replica that hangs costs a few readers so much, once; the primary is there.
ANSWER_SECONDS: Final = 1.0
POOL_SIZE: Final = 16
POOL_MORE: Final = 8


class ReplicaGone(Exception):
    """The replica did not answer this; the primary will."""


class Replica:
    """A replica that is asked while it answers, and left alone while it does not."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._breaker = Breaker(self._answers, name="replica")

    @property
    def asked(self) -> bool:
        """Whether readers are answered from it at present."""
        return self._breaker.closed

    def read(self, question: Callable[[Session], T]) -> T:
        """What `question` finds, in one snapshot; it may be called again elsewhere. Raises ReplicaGone."""
        if not self._breaker.closed:
            raise ReplicaGone
        try:
            with Session(self._engine, expire_on_commit=False) as session:
                return question(session)
        # Any error of the database's: one that has not replayed the latest migration lacks a table, say.
        except (DBAPIError, PoolTimeoutError) as error:
            self._breaker.open()
            raise ReplicaGone from error

    def close(self) -> None:
        """Gives up the connections and stops watching."""
        self._breaker.end()
        self._engine.dispose()

    def _answers(self) -> bool:
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT 1 FROM pages LIMIT 1"))
        except (DBAPIError, PoolTimeoutError):
            return False
        return True


class _Impatient(psycopg.Connection[Any]):
    """A connection that is given up when an answer takes too long: a frozen server's own time-outs do not run."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)
        except psycopg.OperationalError:
            # The answer may still come, and would be taken for that of another question.
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


def _engine(url: str) -> Engine:
    engine = create_engine(
        url,
        isolation_level="REPEATABLE READ",  # one snapshot, whatever is replayed between two statements
        pool_size=POOL_SIZE,
        max_overflow=POOL_MORE,
        pool_timeout=ANSWER_SECONDS,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": "-c default_transaction_read_only=on -c timezone=UTC",
        },
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, arguments: Any, named: Any) -> Any:
        return _Impatient.connect(*arguments, **named)

    return engine
