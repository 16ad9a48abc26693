"""The application on a database of its own, and a clock that stands still until it is moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from service import clock
from tests.backing.app import application, database_url, postgres_server

__all__ = ["app", "database_url", "hands", "postgres_server"]


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application with its schema, inside its context."""
    with application(tmp_path, database_url) as made, made.app_context():
        yield made


class Hands:
    """The hands of the clock."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 7, 9, 30, tzinfo=UTC)

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Stops the service's clock."""
    made = Hands()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made
