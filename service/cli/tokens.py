"""`flask --app service tokens …`: what programs call the API with."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import click
from flask.cli import AppGroup

from service import clock
from service.auth import tokens
from service.auth.tokens import NewToken
from service.cli.plainly import cleaned, day, plainly, print_table
from service.cli.scope import scope_options, sites_of
from service.domain.role import Role
from service.domain.text import clean_line
from service.storage import access
from service.storage.database import reading, transaction

DAYS = 90
DAYS_MAX = 3650
LABEL_MAX = 120

commands = AppGroup("tokens", help="Add, list and revoke API tokens.")


@commands.command("add")
@scope_options
@click.option(
    "--days", type=click.IntRange(1, DAYS_MAX), default=DAYS, show_default=True, help="How long it is valid."
)
@click.option("--label", default="", help="What it is for, to know it again.")
@plainly
def add(role: str, named: tuple[str, ...], all_sites: bool, days: int, label: str) -> None:
    """Add a token and print it, this once: only its hash is stored."""
    text = cleaned(partial(clean_line, max_length=LABEL_MAX), "--label", label) if label else ""
    token = tokens.issue(NewToken(Role(role), text, sites_of(named, all_sites), days), clock.now())
    click.echo(token)
    click.echo(f"a token for the role {role}, for {days} days; it is not shown again", err=True)


@commands.command("list")
@plainly
def list_tokens() -> None:
    """List all tokens, newest first, by what can be seen of them."""
    with reading() as session:
        found = access.tokens(session)
    now = clock.now()
    rows = [
        (
            token.prefix,
            token.role.value,
            "all" if token.sites is None else ",".join(token.sites),
            _state(token, now),
            day(token.expires_at),
            day(token.last_used_at),
            token.label,
        )
        for token in found
    ]
    print_table(("TOKEN", "ROLE", "SITES", "STATE", "EXPIRES", "LAST USED", "LABEL"), rows)


@commands.command("revoke")
@click.argument("prefix")
@plainly
def revoke(prefix: str) -> None:
    """Revoke the token that begins with PREFIX, as `tokens list` shows it; servers know within a second."""
    with transaction() as session:
        number = access.revoke(session, prefix[: tokens.PREFIX_LENGTH], clock.now())
    if not number:
        raise click.ClickException(f"no valid token begins with {prefix[: tokens.PREFIX_LENGTH]}")
    click.echo(f"revoked {number} token{'s' if number > 1 else ''}", err=True)


def _state(token: access.Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= now else "valid"
