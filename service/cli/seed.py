"""`flask --app service seed`: fills a page, or many, with comments, for benchmarks and for trying out."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime

import click
from flask.cli import with_appcontext

from service import clock
from service.cli import seed_plan, seed_texts
from service.cli.plainly import plainly
from service.domain.email import parse_email
from service.domain.page import canonical_page
from service.domain.status import Status
from service.privacy.fingerprint import Fingerprints
from service.privacy.keyring import Purpose
from service.privacy.vault import Vault
from service.stats.catch_up import catch_up
from service.storage import authors, pages, seeding, sites
from service.storage.authors import NewAuthor
from service.storage.database import Session, reading, transaction
from service.storage.seeding import Batch
from service.storage.sites import SiteProfile
from service.web.context import services

WRITERS_MOST = 5_000
TITLE = "Seeded page"
REPORT_SECONDS = 2.0


@dataclass(frozen=True)
class Wanted:
    """What was asked for."""

    site: SiteProfile
    page: str
    comments: int
    status: Status
    pages: int


@click.command("seed")
@click.option("--site", required=True, help="The site's slug.")
@click.option("--page", required=True, help="The page's URL; with --pages it gets a suffix: -1, -2 …")
@click.option(
    "--comments", type=click.IntRange(1, 100_000_000), required=True, help="How many, over all pages."
)
@click.option(
    "--status",
    type=click.Choice([Status.APPROVED.value, Status.PENDING.value]),
    default=Status.APPROVED.value,
    show_default=True,
)
@click.option("--pages", "number_of_pages", type=click.IntRange(1, 1_000_000), default=1, show_default=True)
@with_appcontext
@plainly
def command(site: str, page: str, comments: int, status: str, number_of_pages: int) -> None:
    """Add comments by the hundred thousand, with replies and authors; cut off, it leaves whole batches.

    Nobody sent and nobody decided them: the audit log does not know them.
    """
    with reading() as session:
        profile = sites.profile(session, site)
    if profile is None:
        raise click.ClickException(f"there is no site {site}: add it with `flask --app service sites add`")
    wanted = Wanted(profile, page, comments, Status(status), number_of_pages)
    began = time.monotonic()
    seed(wanted, clock.now())
    click.echo(f"seeded {comments:,} comments in {time.monotonic() - began:.0f} s", err=True)


def seed(wanted: Wanted, now: datetime) -> None:
    """Stores the comments, the newest of them sent `now`. Raises TextProblem for the page, Unavailable."""
    site = wanted.site.slug
    catch_up(site)  # what is counted before is not counted anew among a million others
    page_ids = _pages(wanted, now)
    with reading() as session:
        before = seeding.number_on(session, site, page_ids[:1])
    # Not for secrets: what was there before makes the ids of a second run others than those of the first.
    chance = random.Random(f"{wanted} {before}")  # noqa: S311
    fingerprints = services().fingerprints
    plan = seed_plan.Plan(
        comments=wanted.comments,
        page_ids=page_ids,
        writers=_writers(wanted, chance, now),
        until=now,
        chance=chance,
        body_fingerprint=lambda folded: fingerprints.of(Purpose.BODY, site, folded),
    )
    _store(wanted, plan)


def _store(wanted: Wanted, plan: seed_plan.Plan) -> None:
    done, began = 0, time.monotonic()
    said = began
    for comments in seed_plan.batches(plan):
        with transaction() as session:
            seeding.prepare(session)
            seeding.store(session, Batch(wanted.site.slug, wanted.status, comments))
        done += len(comments)
        if time.monotonic() - said > REPORT_SECONDS:
            said = time.monotonic()
            click.echo(
                f"    {done:,} of {wanted.comments:,} ({done / (said - began):,.0f} a second)", err=True
            )
    with transaction() as session:
        seeding.look_anew(session)


def _pages(wanted: Wanted, now: datetime) -> list[str]:
    suffixes = [""] if wanted.pages == 1 else [f"-{number + 1}" for number in range(wanted.pages)]
    keys = [canonical_page(wanted.page + suffix, wanted.site.page_hosts) for suffix in suffixes]
    with transaction() as session:
        return [pages.obtain(session, wanted.site.slug, key, TITLE, now) for key in keys]


def _writers(wanted: Wanted, chance: random.Random, now: datetime) -> list[seed_plan.Writer]:
    number = min(wanted.comments, max(200, min(wanted.comments // 100, WRITERS_MOST)))
    names = [speech.names() for speech in seed_texts.SPEECHES]
    kept = services()
    vault = Vault(kept.keyring)
    made = []
    with transaction() as session:
        for n in range(number):
            of_language = names[n % len(names)]
            name = of_language[n // len(names) % len(of_language)]
            made.append(
                (name, _author(session, wanted.site.slug, (n, name), (vault, kept.fingerprints), now))
            )
    return seed_plan.writers(made, [speech.paragraphs(chance) for speech in seed_texts.SPEECHES])


def _author(
    session: Session, site: str, who: tuple[int, str], keys: tuple[Vault, Fingerprints], now: datetime
) -> str:
    number, name = who
    vault, fingerprints = keys
    email = parse_email(f"seeded-{number:05}@reader.example.org")
    author_id = seed_plan.new_id(now, random.Random(f"{site} {number} {now}"))  # noqa: S311
    index = fingerprints.of(Purpose.EMAIL, site, email.index_form)
    closed = vault.close(email.normalized, site, author_id)
    return authors.obtain(session, NewAuthor(author_id, site, index, closed, name), now).id
