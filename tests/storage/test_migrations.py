"""The schema comes up, goes down and comes up again, and is the one that the models describe."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Column, Connection, Integer, Table, inspect, text

from service.storage import models, schema
from service.storage.base import Base
from service.storage.database import db
from tests.backing.app import application

TABLES = {model.__tablename__ for model in models.__dict__.values() if hasattr(model, "__tablename__")}


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    """The application on an empty database, inside its context."""
    with application(tmp_path, database_url, migrated=False) as made, made.app_context():
        yield made


def _tables() -> set[str]:
    """All but those of the index for searching, which each database has of its own kind."""
    names = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    return {name for name in names if not name.startswith("search_index_")}


def test_an_empty_database_gets_all_tables_and_loses_them_again(app: Flask) -> None:
    schema.upgrade()
    assert _tables() == TABLES
    newest = schema.revision()
    schema.downgrade("base")
    assert _tables() == set()
    assert schema.revision() is None
    schema.upgrade()
    assert _tables() == TABLES
    assert schema.revision() == newest


def test_each_migration_can_be_taken_back_and_done_again(app: Flask) -> None:
    schema.upgrade()
    while schema.revision() is not None:
        before = schema.revision()
        schema.downgrade("-1")
        between = schema.revision()
        schema.upgrade("+1")
        assert schema.revision() == before
        schema.downgrade("-1")
        assert schema.revision() == between


def test_the_schema_is_the_one_of_the_models(app: Flask) -> None:
    schema.upgrade()
    assert schema.differences() == []


def test_a_difference_between_schema_and_models_is_found(app: Flask) -> None:
    schema.upgrade()
    extra = Table("not_migrated", Base.metadata, Column("id", Integer, primary_key=True))
    try:
        assert schema.differences() == ["add_table not_migrated"]
    finally:
        Base.metadata.remove(extra)
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE comments RENAME COLUMN score TO points"))
    assert {line.rpartition(" ")[0] for line in schema.differences()} >= {
        "add_column comments",
        "remove_column comments",
    }


def test_closed_sets_are_enforced_by_the_database(app: Flask) -> None:
    schema.upgrade()
    statement = text(
        "INSERT INTO tokens (id, digest, prefix, label, role, created_at) "
        "VALUES ('1', 'd', 'p', 'l', 'owner', '2026-01-01')"
    )
    with pytest.raises(Exception, match="ck_tokens_role"), db.engine.begin() as connection:
        connection.execute(statement)


def test_two_processes_that_start_at_once_migrate_one_after_the_other(app: Flask) -> None:
    failed: list[BaseException] = []

    def migrate() -> None:
        try:
            with app.app_context():
                schema.upgrade()
        except BaseException as error:
            failed.append(error)

    # Alembic keeps its context in a module, which two threads would share: the other one is only its lock.
    with db.engine.connect().execution_options(writes=True) as other:
        _hold_as_a_migration_would(other)
        thread = threading.Thread(target=migrate)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert _tables() == set()
        other.rollback()
        thread.join(20)
    assert failed == []
    assert _tables() == TABLES


def _hold_as_a_migration_would(connection: Connection) -> None:
    postgres = connection.dialect.name == "postgresql"  # a transaction that writes is enough on SQLite
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(422608400247)" if postgres else "SELECT 1")


def test_foreign_keys_are_checked_again_after_a_migration(app: Flask) -> None:
    schema.upgrade()
    orphan = text("INSERT INTO site_origins (site, origin) VALUES ('nowhere', 'https://x.example')")
    with pytest.raises(Exception, match=r"(?i)foreign key"), db.engine.begin() as connection:
        connection.execute(orphan)


def test_migrating_leaves_logging_alone_and_prints_nothing(
    app: Flask, capfd: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, root.disabled, logging.getLogger("service").disabled)
    schema.upgrade()
    assert (list(root.handlers), root.level, root.disabled, logging.getLogger("service").disabled) == before
    assert capfd.readouterr() == ("", "")


def test_an_unknown_revision_is_one_sentence(app: Flask) -> None:
    with pytest.raises(schema.SchemaError, match="nonsense"):
        schema.upgrade("nonsense")


@pytest.mark.parametrize(
    ("arguments", "said"), [(["check"], "32 differences"), (["upgrade", "--to", "no"], "'no'")]
)
def test_the_command_says_what_is_wrong_in_a_sentence(app: Flask, arguments: list[str], said: str) -> None:
    result = app.test_cli_runner().invoke(args=["database", *arguments])
    assert result.exit_code == 1
    assert said.partition(" ")[2] in result.stderr
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1


def test_the_command_upgrades_and_then_finds_nothing_to_do(app: Flask) -> None:
    runner = app.test_cli_runner()
    for arguments in (["upgrade"], ["check"], ["upgrade"], ["downgrade", "--to", "base"], ["upgrade"]):
        result = runner.invoke(args=["database", *arguments])
        assert result.exit_code == 0, result.output
    assert _tables() == TABLES
