"""New rows, straight to the database: the session's unit of work costs a submission several times as much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Insert, insert
from sqlalchemy.orm import Session

from service.storage.base import Base

_STATE = "_sa_instance_state"


def add(session: Session, *rows: Base) -> None:
    """Inserts new objects in the order given, neighbours of one table in one statement.

    The session does not know them afterwards: what is changed in them later is not stored. Neighbours of one table
    must have the same columns set.
    """
    for model, some in groupby(rows, type):
        insert_all(session, model, [_values(row) for row in some])


def insert_all(session: Session, model: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """The same for rows of one table, given by the names of their columns."""
    if values:
        session.connection().execute(_insert(model), values if len(values) > 1 else values[0])


@cache
def _insert(model: type[Base]) -> Insert:
    table: Any = model.__table__
    return insert(table)


def _values(row: Base) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != _STATE}
