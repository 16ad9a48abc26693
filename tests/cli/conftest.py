"""The commands, run as `flask --app service …` runs them, on a database of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.backing.app import application, database_url, postgres_server

__all__ = ["app", "database_url", "postgres_server", "refused", "run"]

Run = Callable[..., Result]


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application with its schema and the site `paper`."""
    with application(tmp_path, database_url) as made:
        added = made.test_cli_runner().invoke(
            args=["sites", "add", "paper", "--origin", "https://news.example"]
        )
        assert added.exit_code == 0, added.output
        yield made


@pytest.fixture
def run(app: Flask) -> Run:
    """Runs a command that must succeed."""

    def run(*arguments: str, stdin: str | None = None) -> Result:
        result = app.test_cli_runner().invoke(args=list(arguments), input=stdin)
        assert result.exit_code == 0, result.output
        return result

    return run


@pytest.fixture
def refused(app: Flask) -> Callable[..., str]:
    """Runs a command that must be refused in one sentence; returns that."""

    def run(*arguments: str, stdin: str | None = None) -> str:
        result = app.test_cli_runner().invoke(args=list(arguments), input=stdin)
        assert result.exit_code in (1, 2)
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.stdout == ""
        last: str = result.stderr.splitlines()[-1]
        assert last.startswith("Error: ")
        return last

    return run
