"""Commands about what goods cost and what was earned, for scripts and for whole files of costs."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from oms.catalog.exchange.reading import read
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
    table = read(file.read_bytes(), _expect)
    for problem in table.problems:
        raise BadInputError(f"Row {problem.row}: {problem.message}")
    known = queries.variants_of(session, (row.get("sku") for row in table.rows))
    sold = queries.currencies(session)
    for row in table.rows:
        sku, currency = row.get("sku"), row.get("currency")
        if sku not in known:
            raise BadInputError(f"Row {row.number}: there is no SKU {sku[:60]!r}.")
        if currency not in sold:
            raise BadInputError(f"Row {row.number}: the shop sells in {', '.join(sold)}.")
        try:
            since = date.fromisoformat(row.get("from"))
            yield Statement(known[sku], Money.parse(row.get("cost"), currency), since)
        except BadInputError as error:
            raise BadInputError(f"Row {row.number}: {error.message}") from None
        except ValueError:
            raise BadInputError(f"Row {row.number}: write the day like 2026-11-23.") from None


def _expect(columns: Sequence[str]) -> None:
    if not set(sheets.COSTS) <= set(columns):
        raise BadInputError(f"The columns are {', '.join(sheets.COSTS)}.")


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
