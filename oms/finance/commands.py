"""Commands about what goods cost and what was earned, for scripts and for whole files of costs."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from oms.catalog.exchange.formulas import read_back
from oms.finance import sheets
from oms.finance.costs import actions, queries
from oms.finance.costs.actions import Statement
from oms.finance.period import Period
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import BadInputError
from oms.kernel.money import Money

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("finance")
def commands() -> None:
    """Say what goods cost, and what was earned."""


@commands.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def costs(file: Path) -> None:
    """Take unit costs from FILE: columns sku, currency, cost, from. All of it, or nothing.

    Example: flask --app wsgi finance costs costs.csv
    """
    try:
        with transaction(Role.BLIND) as session:
            count = actions.state_all(session, _read(session, file), by=SYSTEM)
    except BadInputError as error:
        raise click.ClickException(f"{file.name}: {error.message} Nothing was taken.") from None
    click.echo(f"{count} costs stated.")


def _read(session: Session, file: Path) -> Iterator[Statement]:
    try:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    except UnicodeDecodeError:
        raise BadInputError("This is no text in UTF-8.") from None
    if rows and not set(sheets.COSTS) <= rows[0].keys():
        raise BadInputError(f"The columns are {', '.join(sheets.COSTS)}.")
    cells = [{name: read_back((row[name] or "").strip()) for name in sheets.COSTS} for row in rows]
    known, sold = queries.variants_of(session, (row["sku"] for row in cells)), queries.currencies(session)
    for number, row in enumerate(cells, start=2):
        if row["sku"] not in known:
            raise BadInputError(f"Line {number}: there is no SKU {row['sku'][:60]!r}.")
        if row["currency"] not in sold:
            raise BadInputError(f"Line {number}: the shop sells in {', '.join(sold)}.")
        try:
            cost, since = Money.parse(row["cost"], row["currency"]), date.fromisoformat(row["from"])
        except BadInputError as error:
            raise BadInputError(f"Line {number}: {error.message}") from None
        except ValueError:
            raise BadInputError(f"Line {number}: write the day like 2026-11-23.") from None
        yield Statement(known[row["sku"]], cost, since)


@commands.command()
@click.argument("name", type=click.Choice(list(sheets.REPORTS)))
@click.option("--first", required=True, type=_DAY, help="The first day, such as 2026-10-01.")
@click.option("--last", required=True, type=_DAY, help="The last day.")
def report(name: str, first: datetime, last: datetime) -> None:
    """Print a report as values separated by commas: skus, orders, tax, oss, ioss or costs.

    Example: flask --app wsgi finance report tax --first 2026-10-01 --last 2026-12-31
    """
    period = Period(first.date(), max(first, last).date())
    with reading(Role.BLIND) as session:
        click.echo(sheets.REPORTS[name](session, period), nl=False)
