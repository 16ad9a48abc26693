"""The options that say which sites a credential reaches: named ones, or all and then in so many words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from service.domain.role import Role
from service.storage import sites
from service.storage.database import reading

C = TypeVar("C", bound=Callable[..., object])


def scope_options(command: C) -> C:
    """Adds `--role`, `--site` and `--all-sites`."""
    every = click.option("--all-sites", is_flag=True, help="Every site, those added later too.")
    named = click.option("--site", "named", multiple=True, help="A site; may be given several times.")
    role = click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
    return role(named(every(command)))


def sites_of(named: tuple[str, ...], all_sites: bool) -> list[str] | None:
    """The sites, or None for all. Raises click.UsageError or click.ClickException."""
    if all_sites == bool(named):
        raise click.UsageError("name the sites with --site, or say --all-sites: one of the two")
    if all_sites:
        return None
    with reading() as session:
        known = set(sites.all_slugs(session))
    for slug in named:
        if slug not in known:
            raise click.ClickException(
                f"there is no site {slug}: add it with `flask --app service sites add`"
            )
    return sorted(set(named))
