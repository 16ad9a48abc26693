"""What is left of the commands when the settings or the keys do not allow an application: making the keys."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from service.cli import keys


class _Refusing(AppGroup):
    """Answers every command that it does not have with the problem."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(name)
        self._problem = problem

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        found = super().get_command(ctx, cmd_name)
        if found is None:
            raise click.ClickException(self._problem)
        return found


def application(problem: str) -> Flask:
    """An application with the command `keys create` alone."""
    only_keys = _Refusing("keys", problem)
    only_keys.add_command(keys.create)
    app = Flask("service", static_folder=None)
    app.cli = _Refusing("service", problem)
    app.cli.add_command(only_keys)
    return app
