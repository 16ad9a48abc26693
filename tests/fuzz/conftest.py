"""One application on SQLite is enough here: what is tried are the edges, not the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from service.app import create_app
from service.settings import Policy, Settings
from service.storage import schema
from service.storage.database import db
from tests.api.newsroom import Newsroom, open_newsroom


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    built = create_app(Settings(instance_dir=tmp_path_factory.mktemp("instance"), limits_on=False))
    with built.app_context():
        schema.upgrade()
    yield built
    with built.app_context():
        db.engine.dispose()


@pytest.fixture
def newsroom(app: Flask) -> Newsroom:
    return open_newsroom(app, policy=Policy.PUBLISH_ALL)
