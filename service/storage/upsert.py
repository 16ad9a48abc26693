"""Insert where another request may have been first."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.storage.base import Base


@cache
def _statement(model: type[Base], postgres: bool) -> Any:
    table: Any = model.__table__
    insert = postgresql.insert(table) if postgres else sqlite.insert(table)
    # Asked back, because the row count of an insert is not known on every driver.
    return insert.on_conflict_do_nothing().returning(next(iter(table.primary_key)))


def insert_absent(session: Session, model: type[Base], values: dict[str, Any]) -> bool:
    """Inserts one row unless one of its unique keys is taken; returns whether it was inserted."""
    session.flush()  # what the row refers to may be the session's own
    statement = _statement(model, session.get_bind().dialect.name == "postgresql")
    return session.connection().execute(statement, values).first() is not None
