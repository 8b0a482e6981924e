"""When the person of a marketplace's order goes: cancelled, come back, lost, or never told of again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from oms.channels.addresses import actions as addresses
from oms.channels.addresses import handlers, runs
from oms.channels.commands import commands
from oms.channels.connectors.wire import Address
from oms.channels.models import Connection
from oms.channels.selling import runs as selling
from oms.channels.states import Scope
from oms.fulfillment import actions as sending
from oms.fulfillment import queries as sent
from oms.fulfillment.labels import actions as labels
from oms.fulfillment.models import Shipment
from oms.fulfillment.states import ShipmentState
from oms.kernel import clock, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import CHANNEL_DAYS
from oms.privacy.retention import actions as retention
from tests.markets import MARKETS
from tests.oms.channels.conftest import Fair, pencils, sold, threads

each = pytest.mark.parametrize("market", MARKETS)
WEEK = timedelta(days=CHANNEL_DAYS)


def left(fair: Fair, order: Order) -> Shipment:
    return fair.house.hand_over(fair.house.pack(order))


def ended(shipment: Shipment, state: ShipmentState) -> Shipment:
    with transaction() as session:
        sending.arrive(session, sent.locked_way(session, shipment.id), state, by=SYSTEM)
    jobs.drain()
    with reading() as session:
        return sent.shipment(session, shipment.id)


@each
def test_the_person_of_a_cancelled_order_goes_at_once(fair: Fair, market: str) -> None:
    order = sold(fair, market)
    fair.house.pack(order)
    assert vault.ends(order.unit).keys() == {"channel.delivery", "shipment.label", "shipment.tracking"}
    fair.party.post(f"markets/{market}/cancel", ref=order.number)
    fair.ask()
    assert fair.order(order.number).state == "cancelled"
    assert vault.ends(order.unit) == {}
    assert threads(fair) == 0
    assert fair.house.count("SELECT count(*) FROM parcels WHERE label_state <> 'voided'") == 0


def test_a_cancelled_order_of_our_own_keeps_its_person_for_its_refund(fair: Fair) -> None:
    order = fair.house.buy({fair.house.shop.pencil: 1})
    with transaction() as session:
        sending.cancel_order(session, order.id, by=SYSTEM, why="x")
    jobs.drain()
    assert "order.contact" in vault.ends(order.unit)


@each
def test_what_is_never_sent_is_cut_from_its_person_all_the_same(fair: Fair, market: str) -> None:
    order = sold(fair, market)
    with transaction() as session:
        session.get_one(Connection, fair.connection(market).id).scopes = [Scope.ORDERS]
    untold = fair.sell(market, pencils(2))
    fair.ask()
    longest = clock.now() + timedelta(days=150)
    for at, is_cut in ((longest - timedelta(hours=2), False), (longest + timedelta(hours=1), True)):
        with clock.held_at(at):
            retention.let_go()
        assert vault.ends(order.unit).keys() == (set() if is_cut else {"channel.delivery"})
        both = [fair.order(ref).forgotten_at for ref in (order.number, untold)]
        assert [one is not None for one in both] == [is_cut, is_cut]


@pytest.mark.parametrize("state", [ShipmentState.LOST, ShipmentState.RETURNED_TO_SENDER])
def test_the_week_counts_from_when_a_parcel_came_back_or_was_given_up(
    fair: Fair, state: ShipmentState
) -> None:
    order = sold(fair)
    shipment = ended(left(fair, order), state)
    assert shipment.ended_at is not None
    kept = vault.ends(order.unit)
    assert set(kept.values()) == {shipment.ended_at + WEEK}
    with reading() as session:
        assert orders.ends(orders.get(session, order.id)) == kept


def test_of_a_parcel_that_nobody_tells_of_nothing_stays_longer_than_thirty_days(fair: Fair) -> None:
    order = sold(fair)
    shipment = left(fair, order)
    assert shipment.handed_over_at is not None
    assert set(vault.ends(order.unit).values()) == {shipment.handed_over_at + runs.UNTOLD}
    with clock.held_at(clock.now() + runs.UNTOLD + timedelta(hours=2)):
        retention.let_go()
        assert vault.ends(order.unit) == {}


HANDLERS: list[Callable[[Message], None]] = [handlers.bind_what_left, handlers.bind_what_came_back]


@pytest.mark.parametrize("late", HANDLERS)
def test_a_handler_that_comes_late_lengthens_nothing(fair: Fair, late: Callable[[Message], None]) -> None:
    order = sold(fair)
    shipment = left(fair, order)
    with transaction() as session:
        agreement.note_delivery(session, order.id)
    jobs.drain()
    delivered_at = fair.order(order.number).delivered_at
    assert delivered_at is not None
    late(Message(1, "shipment.handed_over", {"order": order.id, "shipment": shipment.id}))
    assert set(vault.ends(order.unit).values()) == {delivered_at + WEEK}


def test_a_number_that_is_typed_after_its_parcel_left_ends_with_the_rest(fair: Fair) -> None:
    order = sold(fair)
    shipment = fair.house.pack(order, carrier="self")
    shipment = fair.house.hand_over(shipment)
    assert shipment.handed_over_at is not None
    assert "shipment.tracking" not in vault.ends(order.unit)
    with reading() as session:
        keys = labels.prepare(session, order.number)
    assert keys is not None
    with transaction() as session:
        labels.type_tracking(session, shipment.id, "RR123456785NL", keys)
    jobs.drain()
    assert vault.ends(order.unit)["shipment.tracking"] == shipment.handed_over_at + runs.UNTOLD


def test_our_own_orders_are_not_bound_by_the_clause(fair: Fair) -> None:
    order = fair.house.buy({fair.house.shop.pencil: 1})
    before = vault.ends(order.unit)
    left(fair, order)
    assert vault.ends(order.unit)["order.delivery"] == before["order.delivery"]


def test_an_order_whose_address_is_still_to_come_is_not_taken_for_forgotten(fair: Fair) -> None:
    order = sold(fair)
    with transaction(Role.MIGRATE) as session:
        session.execute(text("DELETE FROM personal.sealed"))
    with clock.held_at(clock.now() + timedelta(hours=3)):
        retention.let_go()
    assert fair.order(order.number).forgotten_at is None


def test_an_address_in_another_country_is_not_kept_and_the_order_waits(fair: Fair) -> None:
    ref = fair.sell("shopify", pencils(1))
    runs_ask(fair)
    order = fair.order(ref)
    told = Address(name="A", street="B 1", country="NL", city="C", postcode="1012AB", region="", phone="")
    for _ in range(2):
        keys = addresses.prepare(order.unit)
        with transaction() as session:
            assert not addresses.keep(session, order.id, told, keys)
    assert fair.house.count("SELECT count(*) FROM personal.sealed") == 0
    with reading() as session:
        assert [one.why for one in orders.open_holds(session, order.id)] == [addresses.ELSEWHERE]


def runs_ask(fair: Fair) -> None:
    """Take what was sold, and do nothing of what follows."""
    selling.ask(fair.connection("shopify"))


HEAD = "order,changed_at,currency,country,tax_included,sku,quantity,total,tax,postcode,name,street,city"
ROW = "A-1,2026-11-20T09:00:00Z,EUR,DE,yes,CEDAR-PENCIL,1,1.90,0.30,22605,Zed Quux,S 1,Hamburg"


@pytest.mark.parametrize(("scopes", "taken"), [({Scope.ORDERS}, 1), ({Scope.ADDRESSES}, 0)])
def test_a_file_is_taken_as_far_as_its_connection_allows(
    fair: Fair, tmp_path: Path, scopes: set[Scope], taken: int
) -> None:
    with transaction() as session:
        session.get_one(Connection, fair.connection("amazon").id).scopes = sorted(scopes)
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEAD}\n{ROW}\n", encoding="utf-8")
    said = CliRunner().invoke(commands, ["orders", "amazon-eu", str(path)])
    assert (said.exit_code, "may not be used for" in said.output) == (1 - taken, True)
    assert fair.house.count("SELECT count(*) FROM orders") == taken
    assert fair.house.count("SELECT count(*) FROM personal.sealed") == 0
