"""`flask --app service worker`: does the jobs, beside the servers."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from service.cli.database import require_database
from service.domain.errors import Unavailable
from service.jobs import foreground
from service.jobs.worker import Worker
from service.web.context import services


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@with_appcontext
def command(once: bool) -> None:
    """Do the jobs: as long as it runs, on as many machines as you like.

    SIGTERM and Ctrl-C end it after the job at hand.
    """
    worker = Worker(services())
    if once:
        require_database()
        try:
            click.echo(f"{worker.run_once()} jobs were run", err=True)
        except Unavailable as error:
            raise click.ClickException(error.detail) from None
        return
    try:
        foreground.run(worker)
    except Exception as error:
        raise click.ClickException(f"the worker cannot go on ({type(error).__name__})") from error
