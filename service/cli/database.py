"""`flask --app service database …`: the schema, through its migrations."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from service.cli.machine import CannotStart, check_folder
from service.storage import schema
from service.storage.database import database_answers
from service.web.context import services

commands = AppGroup("database", help="Bring the database's schema up or down, or check it.")


@commands.command("upgrade")
@click.option("--to", "revision", default="head", show_default=True, help="The revision to stop at.")
def upgrade_command(revision: str) -> None:
    """Bring the schema up to date; does nothing when it is."""
    upgrade(revision)


@commands.command("downgrade")
@click.option("--to", "revision", required=True, help="The revision to go back to; `base` drops all tables.")
def downgrade_command(revision: str) -> None:
    """Take migrations back. What their columns held is lost."""
    require_database()
    try:
        schema.downgrade(revision)
    except schema.SchemaError as error:
        raise click.ClickException(str(error)) from None


@commands.command("check")
def check_command() -> None:
    """Fail unless the schema is the one that this version of the service wants."""
    require_database()
    found = schema.differences()
    if found:
        raise click.ClickException(
            f"the schema is not the one that this version wants ({len(found)} differences, first: {found[0]}); "
            "run `flask --app service database upgrade`"
        )


def upgrade(revision: str = "head") -> None:
    """Migrates up to the revision. Raises click.ClickException with what stands in the way."""
    _make_folder()
    require_database()
    try:
        schema.upgrade(revision)
    except schema.SchemaError as error:
        raise click.ClickException(str(error)) from None


def _make_folder() -> None:
    """Makes the folder of the SQLite file, where nothing else says what to use."""
    settings = services().settings
    if settings.database_url is None:
        try:
            check_folder(settings.instance_dir, "BELOWLINE_INSTANCE_DIR")
        except CannotStart as problem:
            raise click.ClickException(str(problem)) from None


def require_database() -> None:
    """Raises click.ClickException, without the password that DATABASE_URL may hold."""
    if not database_answers():
        raise click.ClickException(
            "the database does not answer: check that it runs and that DATABASE_URL "
            "(and BELOWLINE_DATABASE_PASSWORD_FILE) name it rightly"
        )
