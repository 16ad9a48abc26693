"""What PostgreSQL knows of its tables, from which it plans; SQLite keeps nothing of the kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text

from service.storage.database import lock_rows
from service.storage.session import Session

ROWS_MIN: Final = 100
_UNKNOWN = text(
    "SELECT quote_ident(relname) FROM pg_stat_user_tables "
    "WHERE last_analyze IS NULL AND last_autoanalyze IS NULL AND n_live_tup >= :rows ORDER BY relname"
)


def new_tables(session: Session) -> list[str]:
    """The tables that hold something and that PostgreSQL never looked at.

    Its own daemon comes once a minute. Until then every index looks as good as another, and connections keep the
    plans that they made: in a newsroom's first minute a comment would cost more with each one before it.
    """
    return list(session.scalars(_UNKNOWN, {"rows": ROWS_MIN})) if lock_rows(session) else []


def look_at(session: Session, tables: Sequence[str]) -> None:
    """Has PostgreSQL look at the tables; plans that were made without are dropped."""
    session.execute(text(f"ANALYZE {', '.join(tables)}"))
