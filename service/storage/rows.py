"""New rows, straight to the database: the session's unit of work costs a submission several times as much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, insert
from sqlalchemy.orm import Session

from service.storage.base import Base

_STATE = "_sa_instance_state"


def add(session: Session, row: Base) -> None:
    """Inserts a new object; the session does not know it afterwards, so what is changed in it later is not stored."""
    insert_all(session, type(row), [{name: value for name, value in vars(row).items() if name != _STATE}])


def insert_all(session: Session, model: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows of one table, each with the same columns, given by their names."""
    if values:
        session.flush()  # what the rows refer to may be the session's own
        session.connection().execute(_insert(model), values if len(values) > 1 else values[0])


@cache
def _insert(model: type[Base]) -> Insert:
    table: Any = model.__table__
    return insert(table)
