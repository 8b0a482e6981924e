"""Opens the demo shop: markets, warehouses, signs, delivery and tax, from the files beside this one."""

import tomllib
from datetime import date
from importlib import resources
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.catalog.merchandise.actions import put_labels
from oms.catalog.models import Category, Collection, Market
from oms.inventory import actions as inventory
from oms.inventory.models import Warehouse
from oms.pricing.models import TaxRate
from oms.shipping.models import ShippingMethod

LANGUAGES = ["en", "de", "zh"]
_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - read as a list
MARKETS: tuple[dict[str, Any], ...] = (
    {
        "code": "eu",
        "currency": "EUR",
        "tax_included": True,
        "countries": _UNION,
        "names": {"en": "Europe", "de": "Europa", "zh": "欧洲"},
    },
    {
        "code": "us",
        "currency": "USD",
        "tax_included": False,
        "countries": ["US"],
        "names": {"en": "United States", "de": "Vereinigte Staaten", "zh": "美国"},
    },
    {
        "code": "jp",
        "currency": "JPY",
        "tax_included": True,
        "countries": ["JP"],
        "names": {"en": "Japan", "de": "Japan", "zh": "日本"},
    },
)
WAREHOUSES = (("leiden", "Leiden", "NL", "2312"), ("osaka", "Osaka", "JP", "530"))
CARRIER = "hollow"
_ON_HOME = 3


def read(name: str) -> dict[str, Any]:
    """Return one of the files beside this one."""
    file = resources.files("oms.local.demo.counter").joinpath(f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def open_markets(session: Session) -> None:
    """Open the three markets, or bring them to what they should be."""
    for position, market in enumerate(MARKETS):
        row = {**market, "position": position, "default_language": "en", "languages": LANGUAGES}
        session.execute(insert(Market).values(row).on_conflict_do_update(index_elements=["code"], set_=row))


def open_warehouses(session: Session) -> None:
    """Open the two warehouses where they are missing."""
    have = set(session.scalars(select(Warehouse.code)))
    for code, name, country, postcode in WAREHOUSES:
        if code not in have:
            inventory.add_warehouse(session, code, name, country, postcode)


def hang_signs(session: Session) -> None:
    """Name the categories and collections."""
    signs = read("signs")
    for position, sign in enumerate(signs["category"]):
        put_labels(session, Category, sign["slug"], names=sign["names"], position=position)
    for position, sign in enumerate(signs["collection"]):
        put_labels(
            session,
            Collection,
            sign["slug"],
            names=sign["names"],
            descriptions=sign["descriptions"],
            position=position,
            is_on_home=position < _ON_HOME,
        )


def collection_of() -> dict[str, str]:
    """Return the slug of each collection by the word that the goods use for it."""
    return {sign.get("from", sign["slug"]): sign["slug"] for sign in read("signs")["collection"]}


def offer_delivery(session: Session) -> None:
    """Offer the ways of delivery."""
    countries = {market["code"]: market["countries"] for market in MARKETS}
    for position, method in enumerate(read("delivery")["method"]):
        least, most = method["days"]
        row = {
            "code": method["code"],
            "market_code": method["market"],
            "position": position,
            "names": method["names"],
            "carrier": CARRIER,
            "service": method["service"],
            "countries": countries[method["market"]],
            "steps": method["steps"],
            "free_from": method.get("free_from"),
            "days_least": least,
            "days_most": most,
            "needs_phone": method.get("phone", False),
        }
        session.execute(
            insert(ShippingMethod).values(row).on_conflict_do_update(index_elements=["code"], set_=row)
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
        for tax_class, places in read("tax").items()
        for place, rates in places.items()
        for day, basis_points in rates
    ]
    session.execute(insert(TaxRate).on_conflict_do_nothing(), rows)
    return len(rows)
