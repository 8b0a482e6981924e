"""Loading the demo shop: once, whole, in every market and language, and never in production."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, text

from oms.catalog.actions import Outcome, put_product
from oms.catalog.browse.asked import Asked
from oms.catalog.browse.queries import listing
from oms.catalog.exchange.actions import parse, take_in
from oms.catalog.exchange.queries import as_csv
from oms.catalog.exchange.report import Report
from oms.catalog.merchandise.queries import collections
from oms.catalog.models import Product, Variant
from oms.catalog.queries import market_texts, markets
from oms.inventory.models import StockMovement
from oms.inventory.queries import drifts
from oms.kernel.config import AppEnv, Settings
from oms.kernel.db import transaction
from oms.local.demo import commands
from oms.local.demo.counter import opening
from oms.local.demo.goods import demo_products
from oms.local.demo.shop import demo_shop
from oms.pricing.queries import Where, quote
from oms.staff import queries as staff
from storefront.app import create_store
from tests.goods import simple


def _cli(settings: Settings) -> FlaskCliRunner:
    app = create_store(settings)
    app.cli.add_command(commands.commands)
    return app.test_cli_runner()


@pytest.fixture
def demo(shop: None, settings: Settings) -> FlaskCliRunner:
    return _cli(replace(settings, demo_password="correct horse battery staple", demo_totp="JBSWY3DPEHPK3PXP"))


def _load(cli: FlaskCliRunner) -> dict[str, int]:
    told = cli.invoke(args=["demo", "load", "--json"])
    assert told.exit_code == 0, (told.stderr, told.exception)
    found: dict[str, int] = json.loads(told.stdout)
    return found


def test_the_demo_shop_is_loaded_once_and_sells_everywhere(demo: FlaskCliRunner) -> None:
    first = _load(demo)
    goods = demo_products()
    units = sum(count for p in goods for v in p.variants for count in v.stock.values())
    assert (first["products"], first["changed"]) == (len(goods), len(goods))
    assert (first["units received"], first["staff"], first["buyers"]) == (units, 5, 1)
    with transaction() as session:
        for market in markets(session):
            for language in ("en", "de", "zh"):
                found = listing(session, Asked(market, language, per_page=500))
                assert found.total == sum(p.is_published for p in goods), (market.code, language)
        shelves = collections(session, "zh")
        assert [shelf.is_on_home for shelf in shelves].count(True) == 3
        assert len(shelves) == len(demo_shop().collections)
        assert market_texts(session, "eu", "de")["order-button"].title == "Zahlungspflichtig bestellen"
        assert drifts(session) == []
        assert staff.member_of_mailbox(session, "packer@shop.test") is not None
        assert session.scalar(text("SELECT count(*) FROM media WHERE digest = ''")) == 0
    again = _load(demo)
    assert (again["changed"], again["units received"], again["staff"], again["buyers"]) == (0, 0, 0, 0)
    assert first["costs stated"] > again["costs stated"] == 0
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Product)) == len(goods)
        moved = session.scalar(select(func.sum(StockMovement.quantity)))
        assert moved == units


def test_the_demo_goods_go_out_as_a_file_and_come_back_unchanged(demo: FlaskCliRunner) -> None:
    _load(demo)
    for code, language in (("eu", "en"), ("us", "de"), ("jp", "zh")):
        report = Report()
        with transaction() as session:
            market = next(found for found in markets(session) if found.code == code)
            lines = "".join(as_csv(session, market, language)).encode()
            take_in(session, parse(lines, market, report), market, language, report)
            assert "".join(as_csv(session, market, language)).encode() == lines
        assert (report.products, report.errors) == ({Outcome.UNCHANGED: len(demo_products())}, 0)


def test_a_parcel_of_every_market_can_be_quoted(shop: None) -> None:
    with transaction() as session:
        opening.open_markets(session, demo_shop())
        opening.offer_delivery(session, demo_shop())
        opening.set_tax(session)
        put = put_product(session, simple("ink", "Ink", 1000))
        (sold,) = session.scalars(select(Variant.id).where(Variant.product_id == put.product_id))
        for where, methods, tax in (
            (Where("eu", "de", "DE", "", "10115"), ["post-eu", "express-eu", "pickup-leiden"], 160 + 78),
            (Where("eu", "en", "IT", "", "00100"), ["post-eu", "express-eu"], 180 + 88),
            (Where("us", "en", "US", "NY", "10001"), ["post-us", "express-us"], 40 + 40),
            (Where("jp", "zh", "JP", "", "530-0001"), ["post-jp", "express-jp", "pickup-osaka"], 91 + 45),
        ):
            quoted = quote(session, {sold: 1}, where)
            assert [offer.code for offer in quoted.offers] == methods
            assert quoted.quote.tax == tax


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"app_env": AppEnv.PRODUCTION}, "Production has no demo shop."),
        ({"demo_password": ""}, "Set DEMO_PASSWORD"),
    ],
)
def test_where_it_must_not_be_the_demo_shop_is_refused(
    shop: None, settings: Settings, changed: dict[str, object], words: str
) -> None:
    told = _cli(replace(settings, **changed)).invoke(args=["demo", "load"])  # type: ignore[arg-type]
    assert (told.exit_code, words in told.stderr) == (1, True)
    with transaction() as session:
        assert session.scalars(select(Product)).all() == []


def test_the_standard_rates_are_those_of_the_union_today(data_dir: Path) -> None:
    path = data_dir / "7-validators" / "vat-tax" / "ibericode-vat-rates.json"
    listed = json.loads(path.read_text(encoding="utf-8"))["items"]
    ours = {
        place: rates[-1][1] for place, rates in opening.tax_table()["standard"].items() if place in listed
    }
    latest = {
        place: round(max(rates, key=lambda r: r["effective_from"])["rates"]["standard"] * 100)
        for place, rates in listed.items()
        if place in ours
    }
    assert len(ours) == 27
    assert ours == latest
