"""`flask --app service sites …`: the newsrooms that this service serves."""

from __future__ import annotations

from functools import partial

import click
from flask.cli import AppGroup

from service import clock
from service.cli.plainly import cleaned, plainly, print_table
from service.domain.site import check_slug, clean_origin, clean_page_host
from service.domain.text import clean_line
from service.i18n import LANGUAGES
from service.settings import Policy
from service.storage import sites
from service.storage.database import reading, transaction
from service.web.context import services

NAME_MAX = 200

commands = AppGroup("sites", help="Add, update and list sites.")


@commands.command("add")
@click.argument("slug")
@click.option("--name", default="", help="The newspaper's name; default: the slug.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    required=True,
    help="An origin whose pages carry comments, such as https://news.example; `self` is the service's own. "
    "May be given several times.",
)
@click.option(
    "--page-host",
    "page_hosts",
    multiple=True,
    help="A host of the pages that are commented on, such as news.example or *.news.example; none: any. "
    "May be given several times.",
)
@click.option("--language", type=click.Choice(list(LANGUAGES)), default="en", show_default=True)
@click.option(
    "--policy", type=click.Choice([policy.value for policy in Policy]), help="Default: BELOWLINE_POLICY."
)
@plainly
def add(
    slug: str,
    name: str,
    origins: tuple[str, ...],
    page_hosts: tuple[str, ...],
    language: str,
    policy: str | None,
) -> None:
    """Add the site SLUG: a-z, 0-9 and -, at most 63 characters."""
    settings = services().settings
    new = sites.SiteProfile(
        slug=cleaned(check_slug, "SLUG", slug),
        name=cleaned(partial(clean_line, max_length=NAME_MAX), "--name", name or slug),
        language=language,
        policy=Policy(policy) if policy else settings.policy,
        page_hosts=tuple(cleaned(clean_page_host, "--page-host", host) for host in page_hosts),
        edit_window_seconds=settings.edit_window_seconds,
        origins=frozenset(cleaned(clean_origin, "--origin", origin) for origin in origins),
    )
    with transaction() as session:
        if sites.profile(session, new.slug) is not None:
            raise click.ClickException(f"there is a site {new.slug} already")
        sites.add(session, new, clock.now())
    click.echo(f"added the site {new.slug} with the policy {new.policy}", err=True)


@commands.command("list")
@plainly
def list_sites() -> None:
    """List all sites."""
    with reading() as session:
        profiles = [sites.profile(session, slug) for slug in sites.all_slugs(session)]
    rows = [
        (site.slug, site.policy.value, site.language, ",".join(sorted(site.origins)), site.name)
        for site in profiles
        if site is not None
    ]
    print_table(("SITE", "POLICY", "LANGUAGE", "ORIGINS", "NAME"), rows)


@commands.command("update")
@click.argument("slug")
@click.option("--origin", "origins", multiple=True, help="An origin to add. May be given several times.")
@click.option("--page-host", "page_hosts", multiple=True, help="A host to add. May be given several times.")
@click.option(
    "--policy", type=click.Choice([policy.value for policy in Policy]), help="The policy from now on."
)
@plainly
def update(slug: str, origins: tuple[str, ...], page_hosts: tuple[str, ...], policy: str | None) -> None:
    """Add origins and page hosts to the site SLUG, or change its policy; what it has stays."""
    more = sites.Additions(
        origins=frozenset(cleaned(clean_origin, "--origin", origin) for origin in origins),
        page_hosts=tuple(cleaned(clean_page_host, "--page-host", host) for host in page_hosts),
        policy=Policy(policy) if policy else None,
    )
    with transaction() as session:
        if not sites.extend(session, slug, more):
            raise click.ClickException(f"there is no site {slug}; see `flask --app service sites list`")
    click.echo(f"updated the site {slug}", err=True)
