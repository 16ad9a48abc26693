"""Statements that every comment needs, made into text once and run by the driver.

SQLAlchemy writes them, and knows the types of what goes in and comes out; what it does anew for each execution, with
the same outcome, is left out.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Float
from sqlalchemy.exc import DBAPIError

Processor = Callable[[Any], Any]
Values = Mapping[str, Any]

_PARAMETER = re.compile(r"%\((\w+)\)s")


class Compiled:
    """A statement with named parameters, none of them of a length that is known only when it runs.

    `columns` are those of an insert. `many`: the same for many rows at once, each parameter a list of their values;
    PostgreSQL takes it instead where there are several. `turn`: of statements that go together, those with a turn
    lock their rows one after the other, lowest first, so that no two transactions wait for each other in a ring.
    """

    def __init__(
        self,
        statement: Any,
        columns: Sequence[str] | None = None,
        *,
        many: Compiled | None = None,
        turn: int = 0,
    ) -> None:
        self.many = many
        self.turn = turn
        self._statement = statement
        self._columns = columns
        self._texts: dict[str, _Text] = {}

    def rows(self, connection: Connection, values: Values) -> list[tuple[Any, ...]]:
        """The rows that it finds or gives back, each value of its column's type."""
        text = self.text(connection.dialect)
        return text.read(_executed(connection, text.sql, text.bound(values)))

    def run(self, connection: Connection, values: Sequence[Values]) -> None:
        """Runs it once for each of the values, and asks for nothing back."""
        text = self.text(connection.dialect)
        bound = [text.bound(one) for one in values]
        _executed(connection, text.sql, bound if len(bound) > 1 else bound[0])

    def text(self, dialect: Dialect) -> _Text:
        """The statement for a database."""
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _Text(self._statement, self._columns, dialect)
        return text


class _Text:
    """The statement for one dialect: its text, and what the types of its parameters and columns do to values."""

    def __init__(self, statement: Any, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        self.sql: str = str(compiled)
        self._positions: Sequence[str] | None = compiled.positiontup
        self._given: dict[str, Any] = {}
        self._changed: list[tuple[str, Processor]] = []
        for name, parameter in compiled.binds.items():
            change = parameter.type.dialect_impl(dialect).bind_processor(dialect)
            if change is not None:
                self._changed.append((name, change))
            if not parameter.required:
                self._given[name] = parameter.effective_value
        for column in getattr(compiled, "insert_prefetch", ()):
            if not column.default.is_scalar:
                raise TypeError(
                    f"{column} has to be given: its default is a function, and nobody calls it here"
                )
            self._given[column.key] = column.default.arg
        columns = compiled.effective_returning or getattr(statement, "selected_columns", ())
        self._read: list[tuple[int, Processor]] = []
        for at, column in enumerate(columns):
            if isinstance(column.type, Float):
                continue  # which every driver gives as such
            change = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if change is not None:
                self._read.append((at, change))

    def bound(self, values: Values) -> Any:
        """The values as the driver takes them."""
        named = {**self._given, **values}
        for name, change in self._changed:
            named[name] = change(named[name])
        return named if self._positions is None else tuple([named[name] for name in self._positions])

    def read(self, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Rows as the driver gave them, with values of the columns' types."""
        if not self._read:
            return [tuple(row) for row in rows]
        read = []
        for row in rows:
            values = list(row)
            for at, change in self._read:
                values[at] = change(values[at])
            read.append(tuple(values))
        return read


def _executed(connection: Connection, sql: str, parameters: Any) -> Sequence[Sequence[Any]]:
    """What the driver finds. Raises what SQLAlchemy raises.

    SQLite is a call of a function away, and SQLAlchemy's way there would take several times as long as the call.
    """
    driver: Any = connection.connection.dbapi_connection
    if not isinstance(driver, sqlite3.Connection):
        result = connection.exec_driver_sql(sql, parameters)
        found = result.cursor.fetchall() if result.returns_rows else ()
        result.close()
        return found
    try:
        if isinstance(parameters, list):
            return driver.executemany(sql, parameters).fetchall()
        return driver.execute(sql, parameters).fetchall()
    except sqlite3.Error as error:
        raise DBAPIError.instance(sql, None, error, sqlite3.Error, dialect=connection.dialect) from error


def run_all(connection: Connection, waiting: Sequence[tuple[Compiled, Sequence[Values]]]) -> None:
    """Runs statements in order; on PostgreSQL as one, where each is for one row or knows a way for many."""
    together = as_one(waiting) if connection.dialect.name == "postgresql" else None
    if together is not None:
        run_together(connection, together)
        return
    for statement, values in waiting:
        statement.run(connection, values)


def as_one(waiting: Sequence[tuple[Compiled, Sequence[Values]]]) -> list[tuple[Compiled, Values]] | None:
    """The statements with values for one run each, or None when they cannot be parts of one.

    The parts of one statement do not see each other's work, so none may change a row that another one changes too.
    """
    turns = [statement.turn for statement, _ in waiting if statement.turn]
    if len(turns) != len(set(turns)):
        return None
    together: list[tuple[Compiled, Values]] = []
    for statement, values in waiting:
        if len(values) == 1:
            together.append((statement, values[0]))
        elif statement.many is not None:
            together.append((statement.many, {name: [one[name] for one in values] for name in values[0]}))
        else:
            return None
    return together


_together: dict[tuple[Compiled, ...], str] = {}


def run_together(connection: Connection, waiting: Sequence[tuple[Compiled, Values]]) -> None:
    """Runs data-modifying statements as the parts of one, which checks foreign keys at its end; on PostgreSQL."""
    statements = tuple(statement for statement, _ in waiting)
    sql = _together.get(statements)
    if sql is None:
        sql = _together[statements] = _as_one(statements, connection.dialect)
    parameters: dict[str, Any] = {}
    for at, (statement, values) in enumerate(waiting):
        bound = statement.text(connection.dialect).bound(values)
        parameters.update((f"p{at}_{name}", value) for name, value in bound.items())
    connection.exec_driver_sql(sql, parameters)


def _as_one(statements: Sequence[Compiled], dialect: Dialect) -> str:
    parts, turns = [], []
    for at, statement in enumerate(statements):
        sql = _PARAMETER.sub(rf"%(p{at}_\1)s", statement.text(dialect).sql)
        if statement.turn:
            turns.append((statement.turn, at))
            sql += " RETURNING 1"
        parts.append(f"part{at} AS ({sql})")
    # What is read is run when it is read, and the rest at the end.
    reads = ", ".join(f"(SELECT count(*) FROM part{at})" for _, at in sorted(turns))  # noqa: S608 - text of our own
    return f"WITH {', '.join(parts)} SELECT {reads or 1}"
