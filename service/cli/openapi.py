"""`flask --app service openapi`: writes openapi.yaml from the code."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from service.web import openapi


@click.command("openapi")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default=Path("openapi.yaml"),
    show_default=True,
    help="The file to write; `-` for standard output.",
)
@with_appcontext
def command(output: Path) -> None:
    """Write the description of the API that the code gives of itself."""
    text = openapi.text(current_app)
    if str(output) == "-":
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from None
    click.echo(f"wrote {output}", err=True)
