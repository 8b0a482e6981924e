"""Commands about channels: asking now, and taking a file of orders."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from oms.channels.addresses import actions as addresses
from oms.channels.selling import files, queries, runs
from oms.channels.selling.files import Filed
from oms.channels.states import Scope
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, NotFoundError
from oms.orders import queries as orders


@click.group("channels")
def commands() -> None:
    """Take what marketplaces sold."""


@commands.command()
def ask() -> None:
    """Ask every marketplace now what was sold.

    Example: flask --app wsgi channels ask
    """
    click.echo(f"{runs.ask_all()} orders told, {runs.fill_short()} filled that were short.")


@commands.command("orders")
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def take(code: str, file: Path) -> None:
    """Take the orders in FILE as sold by the connection CODE; one that is known already is not taken twice.

    The columns are order, changed_at, currency, country, tax_included, sku, quantity, total and tax; besides
    state, line, region, postcode, delivery, delivery_tax, name, street, city and phone. An address is kept
    for an order that is to be sent; of somebody who was erased it is not. Where the tax of a whole
    order stays empty it is what our own sale would hold, within the price; 0 means that none is owed.

    Example: flask --app wsgi channels orders amazon-eu orders.csv
    """
    try:
        found = files.orders_in(file.read_bytes())
        with reading() as session:
            connection = queries.connection_of(session, code)
    except (BadInputError, NotFoundError) as error:
        raise click.ClickException(f"{file.name}: {error.message} Nothing was taken.") from None
    if not connection.allows(Scope.ORDERS):
        raise click.ClickException(f"{code} may not be used for orders now. Nothing was taken.")
    outcomes = [runs.take(connection, one.sold) for one in found]
    is_kept = connection.allows(Scope.ADDRESSES)
    kept = sum(_keep(one) for one in found) if is_kept else 0
    taken = sum(outcome.startswith("taken") for outcome in outcomes)
    click.echo(f"{len(found)} orders read, {taken} taken, {kept} addresses kept.")
    if not is_kept:
        click.echo(f"{code} may not be used for addresses now, so none was kept.")


def _keep(one: Filed) -> bool:
    with reading() as session:
        order_id = _needing(session, one)
    if order_id is None or one.address is None:
        return False
    keys = addresses.prepare(f"order:{one.sold.ref}")
    with transaction() as session:
        return addresses.keep(session, order_id, one.address, keys)


def _needing(session: Session, one: Filed) -> int | None:
    order = orders.by_number(session, one.sold.ref)
    if order is None or one.address is None or not order.channel:
        return None
    return order.id if addresses.needed(session, order.id) else None
