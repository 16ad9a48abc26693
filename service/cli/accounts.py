"""`flask --app service accounts …`: the people who log in to the console."""

from __future__ import annotations

import re
import sys

import click
from flask.cli import AppGroup

from service import clock
from service.auth import accounts
from service.auth.accounts import NewAccount
from service.cli.plainly import plainly
from service.cli.scope import scope_options, sites_of
from service.domain.role import Role

LOGIN = re.compile(accounts.LOGIN_PATTERN)

commands = AppGroup("accounts", help="Add accounts.")


@commands.command("add")
@click.argument("login")
@scope_options
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, up to the line's end."
)
@plainly
def add(login: str, role: str, named: tuple[str, ...], all_sites: bool, password_stdin: bool) -> None:
    """Add the account LOGIN: a-z, 0-9, dot, hyphen and underscore. The password is asked for."""
    if not LOGIN.fullmatch(login):
        raise click.BadParameter(
            "1 to 64 of a-z, 0-9, dot, hyphen and underscore; it stands in the audit log, so no email",
            param_hint="LOGIN",
        )
    sites = sites_of(named, all_sites)
    accounts.add(NewAccount(login, _password(password_stdin), Role(role), sites), clock.now())
    click.echo(f"added the {role} {login}", err=True)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
