"""The session of every transaction: new rows wait in it, and go to the database together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, event, orm

from service.storage.compiled import Compiled, as_one, run_all, run_together


class Session(orm.Session):
    """A session in which statements that ask for nothing back wait until something else is asked, or it commits.

    So a comment with all that belongs to it takes PostgreSQL one round trip. Whoever reads finds what was written
    before, as ever; an error in it comes later than it was caused, but never after the commit.
    """

    def __init__(self, *args: Any, at_once: Engine | None = None, **settings: Any) -> None:
        """`at_once` has a transaction for each statement: there goes what turns out to be a single one."""
        super().__init__(*args, **settings)
        self._at_once = at_once
        self._waiting: list[tuple[Compiled, Sequence[Mapping[str, Any]]]] = []
        self._opened: Connection | None = None

    def later(self, statement: Compiled, values: Sequence[Mapping[str, Any]]) -> None:
        """Has the statement run for each of the values, after all that came before."""
        if not values:
            return
        if self._holds_objects:
            self.flush()
        self._waiting.append((statement, values))

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Writes what waits, and then the session's own objects, which came after it."""
        self._send()
        super().flush(objects)

    def connection(self, *args: Any, **settings: Any) -> Connection:
        """The connection, once all that came before is written."""
        if self._holds_objects:
            self.flush()
        else:
            self._send()
        return self._connected(*args, **settings)

    def commit(self) -> None:
        """Writes what waits, and ends the transaction."""
        if self._at_once is not None and self._waiting and not (self.in_transaction() or self._holds_objects):
            self._send_at_once(self._at_once)
        self._send()
        self._opened = None
        super().commit()

    def rollback(self) -> None:
        """Undoes what was written, and forgets what waits."""
        self._waiting.clear()
        self._opened = None
        super().rollback()

    def close(self) -> None:
        """Ends the session, and forgets what waits."""
        self._waiting.clear()
        self._opened = None
        super().close()

    @property
    def _holds_objects(self) -> bool:
        return bool(self.new or self.deleted or self.identity_map.check_modified())

    def _send(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            run_all(self._connected(), waiting)

    def _send_at_once(self, engine: Engine) -> None:
        """Saves PostgreSQL the round trips of BEGIN and COMMIT, when what waits is one statement."""
        together = as_one(self._waiting)
        if together is not None:
            self._waiting = []
            with engine.connect() as connection:
                run_together(connection, together)

    def _connected(self, *args: Any, **settings: Any) -> Connection:
        if self._opened is None:
            self._opened = super().connection(*args, **settings)
        return self._opened


@event.listens_for(Session, "do_orm_execute")
def _in_order(state: orm.ORMExecuteState) -> None:
    """Whatever else is executed comes after what waits."""
    session = state.session
    assert isinstance(session, Session)
    session._send()
