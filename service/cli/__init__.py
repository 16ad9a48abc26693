"""The commands: `flask --app service …`, and the launcher behind `make run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def register(app: Flask) -> None:
    """Gives the application its commands.

    They are imported here and not above, so that the launcher, which lives in this room too, stays small.
    """
    from service.cli import (
        accounts,
        database,
        keys,
        model,
        openapi,
        seed,
        setup,
        sites,
        tokens,
        verify,
        worker,
    )

    groups = (
        accounts.commands,
        database.commands,
        keys.commands,
        model.commands,
        sites.commands,
        tokens.commands,
    )
    for command in (*groups, openapi.command, seed.command, setup.command, verify.command, worker.command):
        app.cli.add_command(command)


def without_application(problem: str) -> Flask:
    """What is left when the settings or keys allow no application: making keys, and saying the problem."""
    from service.cli import bare

    return bare.application(problem)
