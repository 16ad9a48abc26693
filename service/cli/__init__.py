"""The commands: `flask --app service …`, and the launcher behind `make run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Gives the application its commands.

    They are imported here and not above, so that the launcher, which lives in this room too, stays small.
    """
    from service.cli import database, openapi, setup, worker

    for command in (database.commands, openapi.command, setup.command, worker.command):
        app.cli.add_command(command)
