"""`flask --app wsgi demo ...`: the demo shop, loaded into an empty or an earlier one."""

import json

import click
from flask import current_app
from flask.cli import with_appcontext

from oms.catalog.media.folder import MediaFolder
from oms.kernel.config import Settings
from oms.kernel.db import transaction
from oms.local.demo import people, stocking
from oms.local.demo.counter import opening
from oms.local.demo.goods import demo_products
from oms.local.demo.shop import DemoShop, demo_shop


@click.group(name="demo")
def commands() -> None:
    """Look after the demo shop."""


@commands.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
def load(*, as_json: bool) -> None:
    """Load the demo shop: goods, drawings, prices, stock and accounts. Repeating it changes nothing.

    Example: flask --app wsgi demo load
    """
    settings: Settings = current_app.extensions["settings"]
    if settings.is_production:
        raise click.ClickException("Production has no demo shop. Import a catalog of your own.")
    if not settings.demo_password or not settings.demo_totp:
        raise click.ClickException("Set DEMO_PASSWORD and DEMO_TOTP_SECRET, or start with make run.")
    told = {**_open(demo_shop()), **_fill(MediaFolder(settings.state_dir))}
    told["staff"], told["buyers"] = people.add_staff(settings), people.add_buyer()
    if as_json:
        click.echo(json.dumps(told))
    else:
        click.echo(", ".join(f"{count} {what}" for what, count in told.items()))


def _open(shop: DemoShop) -> dict[str, int]:
    with transaction() as session:
        opening.open_markets(session, shop)
        opening.open_warehouses(session, shop)
        opening.hang_signs(session, shop)
        opening.offer_delivery(session, shop)
        return {"tax rates": opening.set_tax(session)}


def _fill(folder: MediaFolder) -> dict[str, int]:
    products = demo_products()
    changed = 0
    for product in products:
        with transaction() as session:
            changed += stocking.put_on_shelf(session, product, folder)
    with transaction() as session:
        if changed or not stocking.is_arranged(session):
            stocking.arrange(session, products)
    with transaction() as session:
        units = stocking.fill_warehouses(session, products)
        costs = stocking.state_costs(session, products)
    return {
        "products": len(products),
        "changed": changed,
        "units received": units,
        "costs stated": costs,
    }
