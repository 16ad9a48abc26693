"""PostgreSQL is told of tables that have just come into use, once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from service.jobs import planning
from service.storage import planner
from service.storage.database import db, reading, transaction
from service.storage.models import SearchDue
from service.storage.rows import insert_all
from service.web.context import services
from tests.backing.waiting import wait_until


def new_tables() -> list[str]:
    with reading() as session:
        return planner.new_tables(session)


@pytest.mark.usefixtures("app")
def test_a_table_that_holds_something_is_looked_at_once(app: Flask) -> None:
    with transaction() as session:
        insert_all(session, SearchDue, [{"site": "paper", "id": f"{n:032}"} for n in range(planner.ROWS_MIN)])
    if db.engine.dialect.name == "sqlite":
        assert new_tables() == []
        return
    # the server counts what was written a moment after it was
    wait_until(lambda: new_tables() == ["search_due"], "the table is known to hold something", 20)
    planning.learn_new_tables(services(), {})
    assert new_tables() == []
    with reading() as session:
        known = session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'search_due'"))
    assert known == planner.ROWS_MIN
