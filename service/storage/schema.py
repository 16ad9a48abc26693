"""The schema as a whole: brought up, taken down, compared with the models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from flask_migrate import Migrate
from sqlalchemy.exc import SQLAlchemyError

from service.storage.base import Base
from service.storage.database import db

__all__ = ["SchemaError", "differences", "downgrade", "newest", "revision", "upgrade"]


class SchemaError(Exception):
    """A migration that cannot be run; the text says why, without what the database holds."""


def _config() -> Config:
    """Alembic's configuration. Made here and not with the application: serving processes never need it."""
    migrations = Migrate(db=db, directory=str(Path(__file__).parent / "migrations"))
    migrations.init_app(current_app)
    config: Config = migrations.get_config()
    return config


def upgrade(target: str = "head") -> None:
    """Migrates up to `target`, all steps or none. Raises SchemaError."""
    with _explained():
        command.upgrade(_config(), target)


def downgrade(target: str) -> None:
    """Takes migrations back down to `target`; `base` drops all tables. Raises SchemaError."""
    with _explained():
        command.downgrade(_config(), target)


def revision() -> str | None:
    """The revision that the database is at; None for one without tables of ours."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this version of the service wants."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def differences() -> list[str]:
    """What the database has otherwise than the models say, one line each; empty when they agree."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _ours})
        return [_line(difference) for difference in compare_metadata(context, Base.metadata)]


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    # the index for searching is of another kind in each database, so no model describes it
    return kind != "table" or not str(name).startswith("search_index_")


def _line(difference: Any) -> str:
    """`add_column comments language`: Alembic's tuple without the objects' long texts."""
    parts = difference[0] if isinstance(difference, list) else difference
    names = [part if isinstance(part, str) else getattr(part, "name", None) for part in parts]
    return " ".join(name for name in names if isinstance(name, str))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise SchemaError(str(error)) from None
    except SQLAlchemyError as error:
        raise SchemaError(f"the database refused a migration ({type(error).__name__})") from error
