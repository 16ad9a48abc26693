"""What is left of the commands when the settings or the keys do not allow an application: making the keys."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from service.cli import keys


class _Refusing(AppGroup):
    """Knows one command, and answers any other with the problem."""

    problem = ""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        found = super().get_command(ctx, cmd_name)
        if found is None:
            raise click.ClickException(self.problem)
        return found


def application(problem: str) -> Flask:
    """An application with the command `keys create` alone."""
    app = Flask("service", static_folder=None)
    only_keys = _Refusing("keys", help=keys.commands.help)
    only_keys.add_command(keys.create)
    app.cli = _Refusing("service")
    app.cli.add_command(only_keys)
    for group in (app.cli, only_keys):
        group.problem = problem
    return app
