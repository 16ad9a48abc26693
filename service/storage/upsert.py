"""Insert where another request may have been first."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from service.storage.base import Base
from service.storage.compiled import Compiled
from service.storage.session import Session


@cache
def _statement(model: type[Base], columns: tuple[str, ...], postgres: bool) -> Compiled:
    table: Any = model.__table__
    insert = postgresql.insert(table) if postgres else sqlite.insert(table)
    # Asked back, because the row count of an insert is not known on every driver.
    absent = insert.on_conflict_do_nothing().returning(next(iter(table.primary_key)))
    return Compiled(absent, columns)


def insert_absent(session: Session, model: type[Base], values: dict[str, Any]) -> bool:
    """Inserts one row unless one of its unique keys is taken; returns whether it was inserted."""
    session.flush()  # what the row refers to may be the session's own
    connection = session.connection()
    statement = _statement(model, tuple(values), connection.dialect.name == "postgresql")
    return bool(statement.rows(connection, values))
