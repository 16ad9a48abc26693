"""`flask --app service keys …`: the keyset that encrypts emails and keys all hashes."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from service.auth import factors
from service.cli.plainly import explained, plainly
from service.notify import delivering
from service.privacy import keyring
from service.privacy.secrets import Secrets
from service.privacy.vault import Vault
from service.settings import Settings, SettingsError
from service.spam import outside
from service.storage import access, account_mails, ciphertexts, outside_filters, webhooks
from service.storage.ciphertexts import Ciphertext
from service.storage.database import reading, transaction
from service.web.context import services

AT_ONCE = 500

commands = AppGroup("keys", help="Make and rotate the keyset.")


@click.command("create")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def create(file: Path | None) -> None:
    """Write a new keyset to FILE (default: where the settings say), with mode 600; never over another."""
    try:
        path = file or Settings.from_environ().keys_file
    except SettingsError as error:
        raise click.ClickException(f"{error}; or name the FILE to write") from None
    with explained():
        keyring.create(path)
    click.echo(f"wrote {path}; keep a copy apart from the database's backups", err=True)


commands.add_command(create)


@commands.command("rotate")
@click.option("--only-add", is_flag=True, help="Add the new key, and encrypt again when run the next time.")
@plainly
def rotate(only_add: bool) -> None:
    """Make a new key the current one, and encrypt all emails and secrets with it.

    Old keys stay in the file, so everything can be read all the time. A rotation that was cut off goes on when this
    is run again. Servers that see the same file read on; restart them, so that they write with the new key.
    """
    path = services().settings.keys_file
    left = _left(Vault(keyring.load(path)))
    if left:
        click.echo(
            f"{left} emails are not under the current key yet: going on, without another new key", err=True
        )
    else:
        keyring.rotate(path)
        click.echo(f"added a new current key to {path}", err=True)
    if not only_add:
        _encrypt_again(Vault(keyring.load(path)))
        _close_secrets_again(Secrets(keyring.load(path)))
    click.echo("restart all servers and workers: until then they write with the key before", err=True)
    click.echo(
        f"keep a copy of {path}, for the one before does not open what is written from now on", err=True
    )


def _left(vault: Vault) -> int:
    with reading() as session:
        return ciphertexts.number_of_others(session, vault.current)


def _encrypt_again(vault: Vault) -> None:
    total, done = _left(vault), 0
    after: Ciphertext | None = None
    while True:
        with reading() as session:
            batch = ciphertexts.others(session, vault.current, after, AT_ONCE)
        if not batch:
            break
        fresh = {old: _again(vault, old) for old in batch}
        with transaction() as session:
            ciphertexts.replace(session, fresh)
        after, done = batch[-1], done + len(batch)
        click.echo(f"    {done} of {max(total, done)} emails", err=True)
    _accounts_again(vault)
    click.echo(f"encrypted {done} emails again", err=True)


def _close_secrets_again(secrets: Secrets) -> None:
    """Those of second factors, and what admins entrusted to us: webhooks, keys of filters outside."""
    with transaction() as session:
        hooks, filters = webhooks.every(session), outside_filters.every(session)
        factored = access.accounts_with_factor(session)
        for hook in hooks:
            hook.ciphertext = _afresh(secrets, hook.ciphertext, delivering.row_of(hook))
        for one in filters:
            one.ciphertext = _afresh(secrets, one.ciphertext, outside.row_of(one.site))
        for account in factored:
            account.factor = _afresh(secrets, account.factor or b"", factors.row_of(account.id))
    click.echo(f"encrypted {len(hooks) + len(filters) + len(factored)} secrets again", err=True)


def _afresh(secrets: Secrets, closed: bytes, row: str) -> bytes:
    return secrets.close(secrets.open(closed, row), row)


def _accounts_again(vault: Vault) -> None:
    """The addresses of the newsroom are few: one transaction."""
    with transaction() as session:
        for row in account_mails.every(session):
            address = vault.open_account(row.address_ciphertext, row.account_id)
            row.address_ciphertext = vault.close_account(address, row.account_id)


def _again(vault: Vault, old: Ciphertext) -> bytes:
    return vault.close(vault.open(old.closed, old.site, old.author_id), old.site, old.author_id)
