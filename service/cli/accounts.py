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
from service.domain.email import parse_email
from service.domain.mail import DeskTopic
from service.domain.role import Role
from service.i18n import LANGUAGES
from service.notify import digest
from service.notify.digest import Wanted
from service.storage import access
from service.storage.database import reading
from service.web.context import services

LOGIN = re.compile(accounts.LOGIN_PATTERN)

commands = AppGroup("accounts", help="Add and reset accounts, and say what they are told by mail.")


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


@commands.command("reset")
@click.argument("login")
@click.option("--password", "new_password", is_flag=True, help="Give a new password; it is asked for.")
@click.option("--password-stdin", is_flag=True, help="The same, read from standard input.")
@click.option("--second-factor", is_flag=True, help="Take the second factor away, for a lost device.")
@plainly
def reset(login: str, new_password: bool, password_stdin: bool, second_factor: bool) -> None:
    """Let somebody in again who lost the password or the device; all their browsers are signed out."""
    wanted = new_password or password_stdin
    if not wanted and not second_factor:
        raise click.UsageError("say what to reset: --password, --password-stdin or --second-factor")
    accounts.reset(login, _password(password_stdin) if wanted else None, factor=second_factor)
    click.echo(f"{login} may sign in again", err=True)


@commands.command("mail")
@click.argument("login")
@click.option(
    "--about",
    "about",
    multiple=True,
    type=click.Choice([topic.value for topic in DeskTopic]),
    help="What to tell; may be given several times. Default: everything.",
)
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True)
@click.option("--address-stdin", is_flag=True, help="Read the address from standard input.")
@click.option("--off", is_flag=True, help="Forget the address, and tell nothing.")
@plainly
def mail(login: str, about: tuple[str, ...], language: str, address_stdin: bool, off: bool) -> None:
    """Tell the account LOGIN by mail what waits: at most once in five minutes. The address is asked for.

    It is kept encrypted, and taken to be right: whoever reads its mail can decide about comments.
    """
    with reading() as session:
        account = access.account_by_login(session, login)
    if account is None:
        raise click.ClickException(f"there is no account {login}")
    if off:
        digest.forget_address(account.id, by=digest.OPERATOR)
        click.echo(f"{login} gets no mail", err=True)
        return
    topics = tuple(DeskTopic(word) for word in about) or tuple(DeskTopic)
    email = parse_email(_address(address_stdin))
    digest.set_address(services(), account.id, email, Wanted(topics, language), trusted=True)
    click.echo(f"{login} is told of {', '.join(topics)}", err=True)
    if not services().settings.mails:
        click.echo("no mail is sent yet: BELOWLINE_SMTP_URL is not set", err=True)


def _address(from_stdin: bool) -> str:
    """Not an argument: a command line is seen by everybody on the machine, and kept in a history."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Address", err=True))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
