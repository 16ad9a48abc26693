"""New rows, straight to the database: the session's unit of work costs a submission several times as much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, String, bindparam, func, insert, select

from service.storage.base import Base
from service.storage.compiled import Compiled
from service.storage.session import Session

_STATE = "_sa_instance_state"


def add(session: Session, row: Base) -> None:
    """Inserts a new object; the session does not know it afterwards, so what is changed in it later is not stored."""
    insert_all(session, type(row), [{name: value for name, value in vars(row).items() if name != _STATE}])


def insert_all(session: Session, model: type[Base], values: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows of one table, each with the same columns, given by their names."""
    if values:
        session.later(_insert(model, tuple(values[0])), values)


@cache
def _insert(model: type[Base], columns: tuple[str, ...]) -> Compiled:
    table: Any = model.__table__
    # An array for each column, because the driver would ask the server for each row.
    arrays = [bindparam(name, type_=ARRAY(_unbound(table.c[name].type), dimensions=1)) for name in columns]
    many = insert(table).from_select(list(columns), select(*map(func.unnest, arrays)))
    return Compiled(insert(table), columns, many=Compiled(many))


def _unbound(kind: Any) -> Any:
    """Text without a length: the cast to one that has would cut off what the column refuses."""
    return String() if type(kind) is String else kind
