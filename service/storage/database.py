"""Engine and transactions: `transaction()` is the only commit, `reading()` never writes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.domain.errors import Unavailable
from service.settings import Settings
from service.storage.base import Base
from service.storage.group_commit import GroupCommit
from service.storage.session import Session

if TYPE_CHECKING:
    from service.storage.replica import Replica

__all__ = [
    "Overtaken",
    "Session",
    "database_answers",
    "db",
    "init_app",
    "read",
    "read_for_readers",
    "reading",
    "replica",
    "transaction",
]

T = TypeVar("T")

#: What a transaction raises when a row that it took to be new is there by now, from another one.
Overtaken = IntegrityError

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

SQLITE_BUSY_MILLISECONDS = 15_000
SQLITE_RETRY_SECONDS = 0.0005
CONNECT_SECONDS = 3
STATEMENT_MILLISECONDS = 15_000
_OUTAGES = (OperationalError, InterfaceError, PoolTimeoutError)

# Of SQLite's engines alone: writers of one process wait here, in order; those of several meet in `_begin_writing`.
_writers: WeakKeyDictionary[Engine, GroupCommit] = WeakKeyDictionary()
_readers: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()
_replicas: WeakKeyDictionary[Engine, Replica] = WeakKeyDictionary()


def database_url(settings: Settings) -> str:
    """The URL with the driver and the password from its file; holds a secret, so it is never logged."""
    return _complete(settings.database_url or f"sqlite:///{settings.instance_dir / 'belowline.db'}", settings)


def _complete(address: str, settings: Settings) -> str:
    url = make_url(address)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if settings.database_password_file is not None:
        url = url.set(password=settings.database_password_file.read_text().strip())
    return url.render_as_string(hide_password=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Binds the engine to the application."""
    url = database_url(settings)
    options: dict[str, object] = {"pool_size": 16, "max_overflow": settings.threads, "pool_timeout": 5}
    if url.startswith("postgresql"):
        options["connect_args"] = {
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c statement_timeout={STATEMENT_MILLISECONDS} -c timezone=UTC -c jit=off",
        }
        options["max_overflow"] = 8
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
            _writers[db.engine] = GroupCommit(db.engine)
            _readers[db.engine] = db.engine.execution_options(looks=True)
        else:
            # Without BEGIN and ROLLBACK around it, a look takes a third of the time; and after a ROLLBACK the driver
            # forgets all statements that it has prepared.
            _readers[db.engine] = db.engine.execution_options(isolation_level="AUTOCOMMIT")
        if settings.database_replica_url is not None:
            # late, because the driver of PostgreSQL comes with it, which SQLite does not need
            from service.storage.replica import Replica

            _replicas[db.engine] = Replica(_complete(settings.database_replica_url, settings))


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own guess is too late
        for pragma in (
            f"busy_timeout={SQLITE_BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "wal_autocheckpoint=8000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("looks", False):
            return  # each look is one statement, as on PostgreSQL
        if options.get("writes", False):
            raw: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
            try:
                _begin_writing(raw)
            except sqlite3.OperationalError as error:  # nobody wraps what is raised here
                raise OperationalError("BEGIN IMMEDIATE", {}, error) from error
        else:
            connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: sqlite3.Connection) -> None:
    """Takes the file's one lock for writing, asking often: SQLite's own busy loop soon sleeps longer than writes last.

    Raises sqlite3.OperationalError when it is not free in time.
    """
    until = time.monotonic() + SQLITE_BUSY_MILLISECONDS / 1000
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(SQLITE_RETRY_SECONDS)
    finally:
        connection.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MILLISECONDS}")


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed, synced to disk, when the block ends; an error rolls it back.

    Raises Unavailable when the database does not answer, and Overtaken.
    """
    writers = _writers.get(db.engine)
    try:
        with writers.member() if writers else _own_transaction() as session:
            yield session
    except _OUTAGES as error:
        raise Unavailable(
            "The database does not answer. Nothing was saved; send it again shortly."
        ) from error


@contextmanager
def _own_transaction() -> Iterator[Session]:
    with Session(db.engine, at_once=_readers[db.engine], expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def reading() -> Iterator[Session]:
    """A session for looking only, each statement at its own moment. Raises Unavailable when nothing answers."""
    try:
        session = Session(_readers[db.engine], expire_on_commit=False)
        try:
            yield session
        finally:
            session.close()  # rolls back, which fails too when the database has just gone
    except _OUTAGES as error:
        raise Unavailable("The database does not answer. Try again shortly.") from error


def read(question: Callable[[Session], T]) -> T:
    """What `question` finds in the database that is written to. Raises Unavailable."""
    with reading() as session:
        return question(session)


def read_for_readers(question: Callable[[Session], T]) -> T:
    """The same from the replica, which may be behind, where there is one that answers. Raises Unavailable."""
    other = replica()
    if other is not None:
        from service.storage.replica import ReplicaGone

        try:
            return other.read(question)
        except ReplicaGone:
            pass
    return read(question)


def replica() -> Replica | None:
    """The replica of the settings, if they name one."""
    return _replicas.get(db.engine)


def database_answers() -> bool:
    """Whether a trivial query succeeds."""
    try:
        with reading() as session:
            session.execute(text("SELECT 1"))
    except Unavailable:
        return False
    return True


def lock_rows(session: Session) -> bool:
    """Whether rows are locked one by one (PostgreSQL); SQLite's writer holds the whole file already."""
    return session.get_bind().dialect.name == "postgresql"
