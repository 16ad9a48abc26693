"""`flask --app service model …`: how good the spam filter is, and its training, versions and files."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from service import clock
from service.cli import model_figures
from service.cli.plainly import day, plainly, print_table
from service.spam import learning
from service.spam.classifier import evaluate, prior, stored
from service.spam.classifier.evaluate import FileUnusable, Options
from service.spam.classifier.model import Prior
from service.storage import sites, spam_models
from service.storage.database import reading

commands = AppGroup("model", help="Measure, train, export and roll back the spam filter's models.")

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@commands.command("evaluate")
@click.argument("file", type=FILE)
@click.option("--learn", type=click.IntRange(0), default=0, help="Learn so many rows as decisions first.")
@click.option("--prequential", is_flag=True, help="Score each row, then learn it.")
@click.option("--cold", is_flag=True, help="Leave the prior out.")
@click.option("--without-phrases", is_flag=True, help="Leave the phrase signals out; only with --cold.")
def evaluate_file(file: Path, learn: int, prequential: bool, cold: bool, without_phrases: bool) -> None:
    """Print as JSON how well FILE, a CSV with the columns content and label, is told into spam and ham."""
    if without_phrases and not cold:
        raise click.UsageError("the prior was made with phrases: say --cold too")
    options = Options(learn=learn, prequential=prequential, phrases=not without_phrases)
    try:
        found = evaluate.evaluate(evaluate.read_rows(file), None if cold else _prior(), options)
    except FileUnusable as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(found, indent=2))


@commands.command("figures")
@click.argument("folder", type=FOLDER)
@click.option("--write", type=FILE, help="A Markdown file with the two marks between which the table stands.")
def figures(folder: Path, write: Path | None) -> None:
    """Measure everything that docs/spam.md says, on the labelled files in FOLDER."""
    try:
        table = model_figures.table(folder, _prior())
        if write:
            model_figures.put(write, table)
    except (FileUnusable, ValueError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(table)


@commands.command("train")
@click.argument("site", required=False)
@click.option(
    "--prior", "folder", type=FOLDER, help="Make the prior that ships, of the labelled files in it."
)
def train(site: str | None, folder: Path | None) -> None:
    """Build the model of SITE (default: of all sites) anew from its decisions, or make the prior."""
    if folder is not None:
        _make_prior(folder)
        return
    _train_sites(site)


@plainly
def _train_sites(site: str | None) -> None:
    for slug in [_known(site)] if site else _all():
        promoted = learning.rebuild(slug)
        click.echo(
            f"{slug}: {'a new version is in force' if promoted else 'the present version stays'}", err=True
        )


def _make_prior(folder: Path) -> None:
    try:
        linear = model_figures.train_prior(folder)
    except FileUnusable as error:
        raise click.ClickException(str(error)) from None
    octets = prior.encode(Prior(f"{clock.now():%Y-%m-%d}", linear))
    prior.FILE.parent.mkdir(exist_ok=True)
    prior.FILE.write_bytes(octets)
    click.echo(f"wrote {len(octets)} bytes to {prior.FILE}", err=True)


@commands.command("versions")
@click.argument("site")
@plainly
def versions(site: str) -> None:
    """List the versions that are kept of the model of SITE; the first is in force."""
    with reading() as session:
        kept = spam_models.versions(session, _known(site))
    rows = [
        (
            str(one.version),
            one.made_as,
            day(one.created_at),
            str(one.labels),
            str(one.spam),
            "-" if one.log_loss is None else f"{one.log_loss:.4f}",
        )
        for one in kept
    ]
    print_table(("VERSION", "MADE AS", "DAY", "LABELS", "SPAM", "LOG-LOSS"), rows)


@commands.command("rollback")
@click.argument("site")
@click.option("--to", type=click.IntRange(1), help="A version of `model versions`; default: the one before.")
@plainly
def rollback(site: str, to: int | None) -> None:
    """Put an earlier version of the model of SITE back in force, and leave out what was decided after it."""
    version = learning.roll_back(_known(site), to)
    if version is None:
        raise click.ClickException(f"the site {site} has no such version; see `model versions {site}`")
    click.echo(f"version {version} is in force", err=True)


@commands.command("export")
@click.argument("site")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@plainly
def export(site: str, file: Path) -> None:
    """Write the model of SITE that is in force to FILE. It holds weights of hashed words, and no text."""
    slug = _known(site)
    with reading() as session:
        row = spam_models.get(session, slug, spam_models.current_version(session, slug))
    if row is None:
        raise click.ClickException(f"the site {site} has learned nothing yet")
    file.write_bytes(row.weights)
    click.echo(f"wrote version {row.version} to {file}", err=True)


@commands.command("import")
@click.argument("site")
@click.argument("file", type=FILE)
@plainly
def take_in(site: str, file: Path) -> None:
    """Put the model in FILE, which `model export` wrote, in force for SITE."""
    try:
        version = learning.take_in(_known(site), file.read_bytes())
    except stored.ModelUnusable as error:
        raise click.ClickException(f"{file}: {error}") from None
    click.echo(f"version {version} is in force", err=True)


def _prior() -> Prior | None:
    try:
        return prior.shipped()
    except prior.PriorUnusable as error:
        raise click.ClickException(str(error)) from None


def _all() -> list[str]:
    with reading() as session:
        return sites.all_slugs(session)


def _known(slug: str) -> str:
    if slug not in _all():
        raise click.ClickException(f"there is no site {slug}; see `flask --app service sites list`")
    return slug
