"""How Alembic meets our databases: all steps in one transaction, one migration at a time, nothing printed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection, Enum

import service.storage.models  # noqa: F401 - the tables must be known before they are compared
from service.storage.base import Base
from service.storage.database import db
from service.storage.types import Json, UtcDateTime

# Any number that nobody else uses: two processes that start at once migrate one after the other.
LOCK = 0x62656C6F77


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Column types as plain SQLAlchemy: a migration must not change when our own types do."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Enum):
        words = ", ".join(repr(word) for word in item.enums)
        options = f"native_enum=False, create_constraint=True, length={item.length}"
        return f"sa.Enum({words}, name={str(item.name)!r}, {options})"
    if item is Json:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return "sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), 'postgresql')"
    return False


@contextmanager
def quiet_sqlite(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it: that must not look like the loss of rows that others refer to."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    driver.execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction, so it comes before
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def begin(connection: Connection) -> None:
    """Waits for another migration to end, and lifts the limit of time that requests have."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def check_references(connection: Connection) -> None:
    """Raises RuntimeError when a copied table of SQLite left a reference without its row."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise RuntimeError(f"the migration would leave rows of {broken[0]} without the row they refer to")


def run() -> None:
    """Runs the migrations that were asked for, all of them or none."""
    with db.engine.connect().execution_options(writes=True) as connection, quiet_sqlite(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            transactional_ddl=True,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            begin(connection)
            context.run_migrations()
            check_references(connection)


if context.is_offline_mode():
    raise RuntimeError("migrations need their database: SQL for another one would be a guess")
run()
