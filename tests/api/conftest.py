"""The application on SQLite and on PostgreSQL; every test runs on both, each in a newsroom of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask

from service import clock
from service.app import create_app
from service.auth import passwords
from service.domain.role import Role
from service.settings import Settings
from service.storage import schema
from service.storage.database import db
from tests.api.mailed import Mailroom, open_mailroom
from tests.api.newsroom import Newsroom, open_newsroom
from tests.api.signed_in import Person, hire
from tests.backing.fixtures import postgres_server, redis_server
from tests.backing.mail import MailSink, mail_sink
from tests.backing.postgres import PostgresServer

__all__ = ["postgres_server", "redis_server"]


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """A hash takes a tenth of a second of both processors; those who look at the time use `real_passwords`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture
def real_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher())


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an application on a migrated, empty database; rate limits are off."""
    folder: Path = tmp_path_factory.mktemp(f"instance-{request.param}")
    made = Settings(instance_dir=folder, limits_on=False, cache_check_milliseconds=0)
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        made = replace(made, database_url=server.dsn(server.create_database()))
    built = create_app(made)
    with built.app_context():
        schema.upgrade()
        db.engine.dispose()
    return made


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The application that most tests share."""
    yield from _application(settings)


@pytest.fixture
def make_app(settings: Settings) -> Iterator[Callable[..., Flask]]:
    """Makes applications on the same database with other settings (`make_app(limits_on=True)`)."""
    running: list[Iterator[Flask]] = []

    def make(**changes: Any) -> Flask:
        running.append(_application(replace(settings, **changes)))
        return next(running[-1])

    yield make
    for one in running:
        next(one, None)


def _application(settings: Settings) -> Iterator[Flask]:
    built = create_app(settings)
    built.config["TESTING"] = False  # errors become answers, as for readers
    yield built
    built.extensions["belowline"].limiter.close()
    with built.app_context():
        db.engine.dispose()


@pytest.fixture
def newsroom(app: Flask) -> Newsroom:
    """A site of its own under the policy that holds everything."""
    return open_newsroom(app)


@pytest.fixture
def open_site(app: Flask) -> Callable[..., Newsroom]:
    """Makes further newsrooms (`open_site(policy=Policy.PUBLISH_ALL)`)."""
    return lambda **profile: open_newsroom(app, **profile)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailSink]:
    """A mail server that keeps what it gets."""
    with mail_sink() as sink:
        yield sink


@pytest.fixture
def mailroom(
    make_app: Callable[..., Flask], mail_server: MailSink, monkeypatch: pytest.MonkeyPatch
) -> Mailroom:
    """A newsroom whose mail goes to that server."""
    made = open_mailroom(make_app, mail_server, monkeypatch)
    mail_server.refusal = ""
    made.work()  # what other tests left
    mail_server.received.clear()
    return made


@pytest.fixture
def moderator(newsroom: Newsroom) -> Person:
    return hire(newsroom)


@pytest.fixture
def admin(newsroom: Newsroom) -> Person:
    return hire(newsroom, Role.ADMIN)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], datetime]:
    """Stops the clock, moves it on, and says what it shows then."""
    present = clock.now()
    monkeypatch.setattr(clock, "now", lambda: present)

    def move(by: timedelta) -> datetime:
        monkeypatch.setattr(clock, "now", lambda: present + by)
        return present + by

    return move
