"""A small shop that may sell at three marketplaces, which stand beside it on loopback."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from oms.channels import gateway
from oms.channels.models import Connection, Listing
from oms.channels.selling import queries, runs
from oms.channels.states import Channel, Scope
from oms.inventory import actions as stock
from oms.kernel import clock, egress, jobs
from oms.kernel.config import Settings
from oms.kernel.db import reading, transaction
from oms.orders import queries as orders
from oms.orders.models import Order
from tests import make
from tests.fakes import MARKET_ACCOUNTS, Party
from tests.markets import CODES, MARKETS, Deal, Item, listing_ref, put
from tests.oms.fulfillment.conftest import House

THEN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def house(shop: None, stripe: Party, carrier: Party) -> House:
    with transaction() as session:
        made = make.small_shop(session, pencils=1000)
        stock.locate_warehouse(session, made.leiden, "Oude Vest 12", "Leiden")
    return House(made, stripe)


def connected(channel: Channel, code: str) -> Connection:
    """Return a connection that allows everything, since a day in the past."""
    made = Connection(
        code=code,
        channel=channel,
        market_code="eu",
        language="en",
        scopes=list(Scope),
        granted_by="1",
        until=clock.today() + timedelta(days=90),
        since=THEN - timedelta(days=30),
        asked_to=THEN - timedelta(days=30),
    )
    with transaction() as session:
        session.add(made)
    return made


@pytest.fixture
def connection(shop: None) -> Connection:
    return connected(Channel.AMAZON, "amazon-eu")


@dataclass
class Fair:
    """Three marketplaces that sell for a house, with an account at each."""

    house: House
    party: Party
    settings: Settings

    def sell(self, market: str, deal: Deal, **laid: object) -> str:
        """Let somebody buy there; returns the marketplace's reference."""
        return put(self.party, market, deal, **laid)

    def ask(self) -> int:
        """Ask every marketplace, and do everything that follows; how many orders were told."""
        told = runs.ask_all()
        jobs.drain()
        return told

    def order(self, ref: str) -> Order:
        with reading() as session:
            found = orders.by_number(session, ref)
        assert found is not None, ref
        return found

    def connection(self, market: str) -> Connection:
        with reading() as session:
            return queries.connection_of(session, CODES[market])

    def calls(self, part: str = "") -> list[dict[str, object]]:
        """Return what each marketplace was asked, of addresses that hold a part."""
        return [call for call in self.party.get("ledger")["calls"] if part in str(call["path"])]


def pencils(number: int, units: int = 1, **changed: object) -> Deal:
    """Somebody buys pencils at 1.90 with 19 % in it, and delivery for 4.90."""
    tax = round(units * 190 * 19 / 119)
    items = (Item("CEDAR-PENCIL", units, 190, tax=tax),)
    given = {"delivery": 490, "delivery_tax": 78, "at": THEN + timedelta(seconds=number), **changed}
    return Deal(number, items, **given)  # type: ignore[arg-type]


def offered(fair: Fair, market: str, sku: str, variant_id: int) -> int:
    """Offer a variant there; returns the listing."""
    listed = Listing(
        connection_id=fair.connection(market).id,
        variant_id=variant_id,
        sku=sku,
        ref=listing_ref(market, sku),
    )
    with transaction() as session:
        session.add(listed)
        session.flush()
        return listed.id


def sold(fair: Fair, market: str = "shopify", number: int = 1) -> Order:
    ref = fair.sell(market, pencils(number, 3))
    fair.ask()
    return fair.order(ref)


def threads(fair: Fair) -> int:
    """How much leads from parcels or orders to somebody."""
    return fair.house.count(
        "SELECT (SELECT count(*) FROM parcels WHERE tracking IS NOT NULL OR label_file IS NOT NULL)"
        " + (SELECT count(*) FROM orders WHERE forgotten_at IS NULL)"
        " + (SELECT count(*) FROM personal.sealed)"
    )


def waits_for(order: Order) -> list[str]:
    with reading() as session:
        return [row.why for row in orders.open_holds(session, order.id)]


@pytest.fixture
def fair(house: House, markets: Party, settings: Settings) -> Iterator[Fair]:
    ours = replace(settings, accounts=MARKET_ACCOUNTS(markets.address))
    gateway.configure(ours)
    egress.configure(ours)
    for market in MARKETS:
        connected(Channel(market), CODES[market])
    yield Fair(house, markets, ours)
    gateway.configure(settings)
    egress.configure(settings)
