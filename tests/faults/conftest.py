"""What the tests of faults start: a service on SQLite or on PostgreSQL, of their own to harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backing.fixtures import postgres_server
from tests.backing.postgres import PostgresServer
from tests.backing.service import RunningService

__all__ = ["postgres_server"]


SETTINGS = {"BELOWLINE_LIMITS": "off", "BELOWLINE_JOBS": "off"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def service(request: pytest.FixtureRequest) -> Iterator[RunningService]:
    """Not started; without rate limits, with an empty database of its own; each test runs on both kinds."""
    settings = dict(SETTINGS)
    server: PostgresServer | None = None
    database = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        database = server.create_database()
        settings["DATABASE_URL"] = server.dsn(database)
    running = RunningService(settings)
    yield running
    running.remove()
    if server is not None:
        server.drop_database(database)


@pytest.fixture
def sqlite_service() -> Iterator[RunningService]:
    """The same, for what has nothing to do with the database."""
    running = RunningService(SETTINGS)
    yield running
    running.remove()
