"""`flask --app service verify`: counts everything again and compares it with the counters that are kept."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from service.cli.plainly import plainly
from service.moderation import audit, search
from service.stats.catch_up import count_anew
from service.stats.verify import Verified, verify
from service.storage import sites
from service.storage.database import reading
from service.web.context import services

SHOWN_MAX = 50


@click.command("verify")
@click.option("--site", "only", default="", help="The slug of one site; without it, all.")
@click.option(
    "--repair",
    is_flag=True,
    help="First count the statistics anew from the raw tables, and mend the index for searching.",
)
@with_appcontext
@plainly
def command(only: str, repair: bool) -> None:
    """Compare every kept counter with the rows that it counts and the index for searching with the comments, and
    check the audit log; fail when something is wrong.

    The service may go on meanwhile.
    """
    with reading() as session:
        slugs = sites.all_slugs(session)
    if only and only not in slugs:
        raise click.ClickException(f"there is no site {only}")
    wrong = broken = 0
    for slug in [only] if only else slugs:
        if repair:
            _repair(slug)
        found = verify(slug)
        _say(slug, found)
        wrong += len(found.differences)
        logged = audit.verify(services().audit_seal, slug)
        _say_log(slug, logged)
        broken += logged.wrong
    said = [f"{wrong:,} things are kept otherwise than the rows say"] if wrong else []
    said += [f"{broken:,} things are wrong with the audit log"] if broken else []
    if said:
        raise click.ClickException("; ".join(said))


def _repair(site: str) -> None:
    if not count_anew(site):
        raise click.ClickException(f"another process counts {site} anew: try again shortly")
    search.mend(site)


def _say(site: str, found: Verified) -> None:
    what = f"{found.comments:,} comments, {found.counters:,} counters of statistics"
    click.echo(
        f"{site}: {what}, " + (f"{len(found.differences):,} wrong" if found.differences else "no drift")
    )
    for line in found.differences[:SHOWN_MAX]:
        click.echo(f"    {line}")
    if len(found.differences) > SHOWN_MAX:
        click.echo(f"    and {len(found.differences) - SHOWN_MAX:,} more")


def _say_log(site: str, found: audit.Verified) -> None:
    what = f"{found.sealed:,} events in {found.seals:,} seals, {found.unsealed:,} not sealed yet"
    click.echo(f"{site}: audit log of {what}, " + (f"{found.wrong:,} wrong" if found.wrong else "intact"))
    if found.head:
        click.echo(f"    head {found.head}")
    for one in found.findings[:SHOWN_MAX]:
        click.echo(f"    {one.finding}: " + (f"event {one.event}" if one.event else f"seal {one.seal}"))
