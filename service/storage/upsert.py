"""Insert where another request may have been first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.storage.base import Base


def insert_absent(session: Session, model: type[Base], values: dict[str, Any]) -> bool:
    """Inserts one row unless one of its unique keys is taken; returns whether it was inserted."""
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(model) if postgres else sqlite.insert(model)
    # Asked back, because the row count of an insert is not known on every driver.
    first_key = inspect(model).primary_key[0]
    inserted = session.execute(insert.values(values).on_conflict_do_nothing().returning(first_key))
    return inserted.first() is not None
