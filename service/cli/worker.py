"""`flask --app service worker`: does the jobs, beside the servers."""

from __future__ import annotations

import contextvars
import signal
import threading

import click
from flask.cli import with_appcontext

from service.cli.database import require_database
from service.domain.errors import Unavailable
from service.jobs.worker import Worker
from service.log import logger
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
    _run_until_told(worker)


def _run_until_told(worker: Worker) -> None:
    """Runs it in a thread, so that a signal's handler never meets a lock that it already holds."""
    failed: list[Exception] = []

    def work() -> None:
        try:
            worker.run()
        except Exception as error:
            failed.append(error)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stopping.set())
    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), name="jobs")
    logger().info("worker started")
    thread.start()
    thread.join()
    if failed:
        raise click.ClickException(f"the worker cannot go on ({type(failed[0]).__name__})") from failed[0]
    logger().info("worker ended")
