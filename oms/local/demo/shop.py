"""Reads the demo shop itself: markets and their texts, warehouses, shelves, ways of delivery."""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from oms.local.demo.goods import MARKETS
from oms.local.demo.shapes import LANGUAGES, Words

TOPICS = ("home", "imprint", "terms", "withdrawal", "delivery", "order-button", "tax")
LEGAL = ("imprint", "terms", "withdrawal", "delivery")
Table = dict[str, Any]


@dataclass(frozen=True)
class DemoMarket:
    """A group of countries (ISO 3166-1) with one currency (ISO 4217); every language is spoken in each."""

    code: str
    position: int
    currency: str
    is_tax_included: bool
    default_language: str
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    names: Words


@dataclass(frozen=True)
class DemoMarketText:
    """What is said in a market about a topic; ``body_html`` is empty where the title is all."""

    market: str
    topic: str
    language: str
    title: str
    body_html: str


@dataclass(frozen=True)
class DemoWarehouse:
    """Where goods lie and parcels start; the street is an example, no real one."""

    code: str
    position: int
    country: str
    postcode: str
    street: str
    time_zone: str
    town: Words


@dataclass(frozen=True)
class DemoCategory:
    """A place in the tree; the parent's slug is empty at its top."""

    slug: str
    parent: str
    position: int
    names: Words


@dataclass(frozen=True)
class DemoCollection:
    """Goods put together by hand: the products that name it, in the order of the shelf."""

    slug: str
    position: int
    is_on_home: bool
    names: Words
    descriptions: Words


@dataclass(frozen=True)
class DemoMethod:
    """A way of delivery: ``steps`` are (up to grams, minor units), ``free_from`` is a goods value or None."""

    code: str
    market: str
    position: int
    names: Words
    carrier: str
    service: str
    countries: tuple[str, ...]
    steps: tuple[tuple[int, int], ...]
    free_from: int | None
    days_least: int
    days_most: int
    is_pickup: bool
    needs_phone: bool


@dataclass(frozen=True)
class DemoShop:
    """The shop without its goods."""

    markets: tuple[DemoMarket, ...]
    texts: tuple[DemoMarketText, ...]
    warehouses: tuple[DemoWarehouse, ...]
    categories: tuple[DemoCategory, ...]
    collections: tuple[DemoCollection, ...]
    methods: tuple[DemoMethod, ...]


@functools.cache
def demo_shop() -> DemoShop:
    """Return the demo shop; raises KeyError where a file lacks what it must say."""
    shop = _read("shelf", "shop")
    countries = {market["code"]: tuple(market["countries"]) for market in shop["market"]}
    return DemoShop(
        markets=tuple(_market(place, each) for place, each in enumerate(shop["market"])),
        texts=tuple(text for market in MARKETS for text in _texts(market)),
        warehouses=tuple(_warehouse(place, each) for place, each in enumerate(shop["warehouse"])),
        categories=tuple(
            DemoCategory(each["slug"], each.get("parent", ""), place, Words(**each["name"]))
            for place, each in enumerate(shop["category"])
        ),
        collections=tuple(_collection(place, each) for place, each in enumerate(shop["collection"])),
        methods=tuple(
            _method(place, each, countries[each["market"]]) for place, each in enumerate(shop["method"])
        ),
    )


def _read(folder: str, name: str) -> Table:
    file = resources.files("oms.local.demo").joinpath(folder, f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _market(position: int, table: Table) -> DemoMarket:
    return DemoMarket(
        code=table["code"],
        position=position,
        currency=table["currency"],
        is_tax_included=table["is_tax_included"],
        default_language=table["default_language"],
        languages=LANGUAGES,
        countries=tuple(table["countries"]),
        names=Words(**table["name"]),
    )


def _texts(market: str) -> tuple[DemoMarketText, ...]:
    """Return a market's texts; above each legal one stands the note that this is a demo."""
    everywhere = _read("texts", "all")
    said = {**everywhere, **_read("texts", market)}
    return tuple(
        DemoMarketText(
            market=market,
            topic=topic,
            language=language,
            title=said[topic][language]["title"],
            body_html=_body(topic, said[topic][language].get("body", ""), everywhere["note"][language]),
        )
        for topic in TOPICS
        for language in LANGUAGES
    )


def _body(topic: str, body: str, note: str) -> str:
    return f"<p><em>{note}</em></p>\n{body.strip()}" if topic in LEGAL else body.strip()


def _warehouse(position: int, table: Table) -> DemoWarehouse:
    return DemoWarehouse(
        code=table["code"],
        position=position,
        country=table["country"],
        postcode=table["postcode"],
        street=table["street"],
        time_zone=table["time_zone"],
        town=Words(**table["town"]),
    )


def _collection(position: int, table: Table) -> DemoCollection:
    return DemoCollection(
        slug=table["slug"],
        position=position,
        is_on_home=table.get("is_on_home", False),
        names=Words(**table["name"]),
        descriptions=Words(**table["text"]),
    )


def _method(position: int, table: Table, countries: tuple[str, ...]) -> DemoMethod:
    least, most = table["days"]
    return DemoMethod(
        code=table["code"],
        market=table["market"],
        position=position,
        names=Words(**table["name"]),
        carrier=table["carrier"],
        service=table["service"],
        countries=tuple(table.get("countries", countries)),
        steps=tuple((grams, amount) for grams, amount in table["steps"]),
        free_from=table.get("free_from"),
        days_least=least,
        days_most=most,
        is_pickup=table.get("is_pickup", False),
        needs_phone=table.get("needs_phone", False),
    )
