"""How the commands speak: mistakes in one sentence without a traceback, lists in columns."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import ParamSpec, TypeVar

import click

from service.cli.database import require_database
from service.domain.errors import DomainError, InvalidInput, TextProblem
from service.privacy.keyring import KeysError
from service.storage import schema

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def explained() -> Iterator[None]:
    """Raises click.ClickException in the place of every refusal of the service."""
    try:
        yield
    except InvalidInput as error:
        said = "; ".join(f"{problem.field}: {problem.message}" for problem in error.problems)
        raise click.ClickException(said) from None
    except DomainError as error:
        raise click.ClickException(error.detail) from None
    except TextProblem as error:
        raise click.ClickException(error.message) from None
    except KeysError as error:
        raise click.ClickException(str(error)) from None


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """A command that needs the database: without it, or without its tables, it says so and does nothing."""

    @functools.wraps(command)
    def explaining(*arguments: P.args, **options: P.kwargs) -> R:
        with explained():
            require_schema()
            return command(*arguments, **options)

    return explaining


def require_schema() -> None:
    """Raises click.ClickException unless the database is there and its schema is this version's."""
    require_database()
    if schema.revision() != schema.newest():
        raise click.ClickException(
            "the database's schema is not this version's: run `flask --app service database upgrade`"
        )


def cleaned(clean: Callable[[str], str], option: str, raw: str) -> str:
    """What `clean` makes of an argument. Raises click.BadParameter, naming it."""
    try:
        return clean(raw)
    except TextProblem as error:
        raise click.BadParameter(f"{raw!r}: {error.message}", param_hint=option) from None


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns on standard output, as wide as their longest text."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


def day(moment: datetime | None) -> str:
    """The date of a moment, or a dash."""
    return "-" if moment is None else f"{moment:%Y-%m-%d}"
