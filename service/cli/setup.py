"""`flask --app service setup`, which the launcher calls: migrate, and in development make the demo."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from service import clock
from service.cli import demo
from service.cli.database import upgrade
from service.web.context import services


@click.command("setup")
@with_appcontext
def command() -> None:
    """Bring the database up to date; in development make the demo site and its credentials."""
    settings = services().settings
    upgrade()
    if settings.production or not settings.demo:
        return
    made = demo.make(settings, clock.now())
    for line in made:
        click.echo(f"==> {line}", err=True)
