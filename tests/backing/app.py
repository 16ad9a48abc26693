"""The application in the tests' own process, on a database of its own, SQLite or PostgreSQL.

from tests.backing.app import database_url, postgres_server  # noqa: F401
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from service.settings import Settings
from tests.backing.fixtures import postgres_server
from tests.backing.postgres import PostgresServer

__all__ = ["application", "database_url", "postgres_server"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL of an empty database; each test runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'belowline.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database()
    yield server.dsn(name)
    server.drop_database(name)


@contextmanager
def application(
    folder: Path, url: str, settings: Settings | None = None, *, migrated: bool = True
) -> Iterator[Flask]:
    """The application with its instance in `folder`, the schema up to date; limits are off unless `settings` say."""
    from service import cli
    from service.app import create_app
    from service.storage import schema
    from service.storage.database import db, replica
    from service.web.context import services
    from service.web.site import forget_profiles

    chosen = settings or Settings(limits_on=False)
    app = create_app(replace(chosen, instance_dir=folder, database_url=url))
    cli.register(app)
    forget_profiles()
    with app.app_context():
        if migrated:
            schema.upgrade()
    try:
        yield app
    finally:
        with app.app_context():
            services().limiter.close()
            if (other := replica()) is not None:
                other.close()
            db.engine.dispose()
