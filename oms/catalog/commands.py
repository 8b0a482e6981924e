"""`flask --app wsgi catalog ...`: whole catalogs in and out of the shop."""

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from oms.catalog.exchange.actions import CHUNK, add_pictures, parse, pictures_in, take_in
from oms.catalog.exchange.queries import as_csv
from oms.catalog.exchange.report import Problem, Report, Weight
from oms.catalog.exchange.shopify import ParsedProduct
from oms.catalog.media.folder import MediaFolder
from oms.catalog.queries import MarketFacts, markets
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import BadInputError

_SHOWN = 200
_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def commands() -> None:
    """Take whole catalogs in and out."""


commands.name = "catalog"


@commands.command("import")
@click.argument("file", type=_EXISTING)
@click.option("--format", "kind", type=click.Choice(["auto", "shopify"]), default="auto", show_default=True)
@click.option("--market", default="", help="The market of the prices; the first one if not given.")
@click.option("--language", default="", help="The language of the words; the market's own if not given.")
@click.option("--pictures", type=_FOLDER, help="A folder with the pictures, by the names in the file.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def import_(  # noqa: PLR0913 - the options of one command
    file: Path, kind: str, market: str, language: str, pictures: Path | None, *, dry_run: bool, as_json: bool
) -> None:
    """Take the products of FILE into the catalog. Importing it again changes nothing.

    Example: flask --app wsgi catalog import products.csv --pictures photos --dry-run
    """
    del kind  # one format so far; a file of another is refused by its columns
    report = Report()
    facts, spoken = _place(market, language)
    try:
        products = parse(file.read_bytes(), facts, report)
    except BadInputError as error:
        raise click.ClickException(f"{file.name}: {error.message}") from None
    files = pictures_in(pictures) if pictures else None
    for chunk in _chunks(products):
        _take(chunk, (facts, spoken), files, report, dry_run=dry_run)
    _tell(report, as_json=as_json, dry_run=dry_run)
    if report.errors:
        sys.exit(1)


def _place(market: str, language: str) -> tuple[MarketFacts, str]:
    with reading() as session:
        known = {found.code: found for found in markets(session)}
    if not known:
        raise click.ClickException("The shop has no market yet. Load the demo shop, or open one.")
    facts = known.get(market or next(iter(known)))
    if facts is None:
        raise click.ClickException(f"There is no market {market}. Take one of {', '.join(known)}.")
    spoken = language or facts.default_language
    if spoken not in facts.languages:
        raise click.ClickException(f"{facts.code} does not speak {spoken}: {', '.join(facts.languages)}.")
    return facts, spoken


def _chunks(products: Sequence[ParsedProduct]) -> Iterator[Sequence[ParsedProduct]]:
    starts = range(0, len(products), CHUNK)
    with click.progressbar(starts, label="Products", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for start in bar:
            yield products[start : start + CHUNK]
            if not sys.stderr.isatty():
                click.echo(f"{min(start + CHUNK, len(products))} of {len(products)} products", err=True)


def _take(
    chunk: Sequence[ParsedProduct],
    where: tuple[MarketFacts, str],
    files: dict[str, Path] | None,
    report: Report,
    *,
    dry_run: bool,
) -> None:
    with transaction(Role.BLIND) as session:
        take_in(session, chunk, *where, report)
        if dry_run:
            session.rollback()
            return
    with transaction(Role.BLIND) as session:
        _add(session, chunk, files, report)


def _add(
    session: Session, chunk: Sequence[ParsedProduct], files: dict[str, Path] | None, report: Report
) -> None:
    settings: Settings = current_app.extensions["settings"]
    folder = MediaFolder(settings.state_dir)
    add_pictures(session, [product.handle for product in chunk], files or {}, folder, report)


def _tell(report: Report, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, **report.as_json()}, ensure_ascii=False, indent=2))
        return
    for problem in sorted(report.problems, key=lambda p: (p.weight is not Weight.ERROR, p.row))[:_SHOWN]:
        click.echo(_line(problem), err=problem.weight is Weight.ERROR)
    if len(report.problems) > _SHOWN:
        click.echo(f"... and {len(report.problems) - _SHOWN} more: --json tells them all.")
    counts = ", ".join(f"{count} {what}" for what, count in sorted(report.products.items())) or "none"
    click.echo(
        f"{'Would be: ' if dry_run else ''}products {counts}; {report.variants} variants, "
        f"{report.not_sellable} of them not sellable."
    )
    if report.pictures["missing"]:
        click.echo(
            f"{report.pictures['missing']} pictures have no file yet: give their folder with --pictures."
        )


def _line(problem: Problem) -> str:
    where = f"row {problem.row}" + (f", {problem.field}" if problem.field else "")
    return f"{problem.weight}: {where}: {problem.message}"


@commands.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--market", default="", help="The market of the prices; the first one if not given.")
@click.option("--language", default="", help="The language of the words; the market's own if not given.")
def export(file: Path, market: str, language: str) -> None:
    """Write the catalog to FILE as a Shopify product CSV that no spreadsheet can run.

    Example: flask --app wsgi catalog export products.csv --market us
    """
    facts, spoken = _place(market, language)
    if not file.parent.is_dir():
        raise click.ClickException(f"There is no folder {file.parent}. Make it first.")
    count = 0
    with (
        tempfile.NamedTemporaryFile(
            "w", dir=file.parent, encoding="utf-8-sig", newline="", delete=False
        ) as held,
        reading(Role.BLIND) as session,
    ):
        for line in as_csv(session, facts, spoken):
            held.write(line)
            count += 1
    Path(held.name).replace(file)
    file.chmod(0o644)
    click.echo(f"{count - 1} rows written to {file}.")
