"""Opens the demo shop: markets with their texts, warehouses, shelves, ways of delivery and tax rates."""

import tomllib
from datetime import date
from importlib import resources
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.catalog.merchandise.actions import put_labels, put_market, put_market_text
from oms.catalog.models import Category, Collection
from oms.inventory import actions as inventory
from oms.inventory.models import Warehouse
from oms.local.demo.shop import DemoShop
from oms.local.demo.stocking import words
from oms.pricing.models import TaxRate
from oms.shipping import actions as shipping
from oms.shipping.actions import NewMethod


def tax_table() -> dict[str, Any]:
    """Return the tax rates of the file beside this one, by class and place."""
    file = resources.files("oms.local.demo.counter").joinpath("tax.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def open_markets(session: Session, shop: DemoShop) -> None:
    """Open the markets with their texts, or bring them to what they should be."""
    for market in shop.markets:
        put_market(
            session,
            market.code,
            position=market.position,
            currency=market.currency,
            tax_included=market.is_tax_included,
            default_language=market.default_language,
            languages=list(market.languages),
            countries=list(market.countries),
            names=words(market.names),
        )
    for text in shop.texts:
        put_market_text(
            session,
            (text.market, text.topic, text.language),
            title=text.title,
            body_html=text.body_html,
        )


def open_warehouses(session: Session, shop: DemoShop) -> None:
    """Open the warehouses that are missing, in their order."""
    have = set(session.scalars(select(Warehouse.code)))
    for house in shop.warehouses:
        if house.code not in have:
            place = (house.town.en, house.country, house.postcode)
            opened = inventory.add_warehouse(session, house.code, *place)
            inventory.locate_warehouse(session, opened.id, house.street, house.town.en)


def hang_signs(session: Session, shop: DemoShop) -> None:
    """Name the categories, parents first, and the collections."""
    numbers: dict[str, int] = {}
    for sign in shop.categories:
        numbers[sign.slug] = put_labels(
            session,
            Category,
            sign.slug,
            names=words(sign.names),
            position=sign.position,
            parent_id=numbers.get(sign.parent),
        )
    for band in shop.collections:
        put_labels(
            session,
            Collection,
            band.slug,
            names=words(band.names),
            descriptions=words(band.descriptions),
            position=band.position,
            is_on_home=band.is_on_home,
        )


def offer_delivery(session: Session, shop: DemoShop) -> None:
    """Offer the ways of delivery."""
    for method in shop.methods:
        shipping.add_method(
            session,
            NewMethod(
                code=method.code,
                market=method.market,
                names=words(method.names),
                carrier=method.carrier,
                service=method.service,
                countries=method.countries,
                steps=method.steps,
                days=(method.days_least, method.days_most),
                position=method.position,
                free_from=method.free_from,
            ),
        )


def set_tax(session: Session) -> int:
    """Write the tax rates that are missing; return how many there are in all."""
    rows = [
        {
            "country": place[:2],
            "region": place[3:],
            "tax_class": tax_class,
            "basis_points": basis_points,
            "valid_from": date.fromisoformat(day),
            "source": "the demo shop's table",
        }
        for tax_class, places in tax_table().items()
        for place, rates in places.items()
        for day, basis_points in rates
    ]
    session.execute(insert(TaxRate).on_conflict_do_nothing(), rows)
    return len(rows)
