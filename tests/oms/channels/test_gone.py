"""Whom a marketplace has us erase, and whose address never comes: gone, and the desk says what waits."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from oms.channels.addresses import actions as addresses
from oms.channels.addresses import handlers, runs
from oms.channels.selling import runs as selling
from oms.fulfillment.labels import handlers as buying
from oms.inventory import actions as stock
from oms.kernel import clock, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.privacy.retention import actions as retention
from tests.fakes import Party, wait_until
from tests.markets import CODES, Item
from tests.oms.channels.conftest import Fair, offered, pencils, sold, threads, waits_for


def rung(fair: Fair, store: FlaskClient, topic: str, **said: object) -> None:
    """Have Shopify ring, and do all that follows."""
    told = fair.party.post("markets/shopify/ring", topic=topic, body=said)
    path = f"/webhooks/channels/{fair.connection('shopify').code}"
    assert store.post(path, data=told["body"], headers=told["headers"]).status_code == 204
    jobs.drain()


def outcomes() -> list[str]:
    with transaction(Role.MIGRATE) as session:
        return list(session.scalars(text("SELECT outcome FROM webhook_events ORDER BY id")))


def test_whom_shopify_has_us_erase_is_gone_and_nobody_else(fair: Fair, store: FlaskClient) -> None:
    waiting, gone, other = (sold(fair, number=number) for number in (1, 2, 3))
    fair.house.hand_over(fair.house.pack(gone))
    fair.house.pack(waiting)
    asked = [int(waiting.number), int(gone.number)]
    before = len(fair.calls(f"/orders/{waiting.number}"))
    rung(fair, store, "customers/redact", customer={"id": 1}, orders_to_redact=asked)
    assert outcomes() == ["erased", "erased"]
    assert [vault.ends(one.unit).keys() for one in (waiting, gone)] == [set(), set()]
    assert vault.ends(other.unit).keys() == {"channel.delivery"}
    with reading() as session:
        held = [[row.why for row in orders.open_holds(session, one.id)] for one in (waiting, gone, other)]
    assert held == [[addresses.GONE], [], []]
    assert len(fair.calls(f"/orders/{waiting.number}")) == before
    fair.ask()
    assert vault.ends(waiting.unit) == {}


def test_an_address_that_is_kept_while_its_person_is_erased_goes_with_them(fair: Fair) -> None:
    order = sold(fair)
    with reading() as session:
        [one] = addresses.with_people(session, CODES["shopify"], order.number)
    assert one.id == order.id
    with transaction() as session:
        retention.forget_order(session, order.id)
    with reading() as session:
        found = addresses.with_people(session, CODES["shopify"], order.number)
    assert [one.id for one in found] == [order.id]
    runs.let_go(order)
    with reading() as session:
        assert addresses.with_people(session, CODES["shopify"], "") == []


@pytest.mark.parametrize("fault", ["delay", "lose_response"])
def test_a_label_that_comes_after_its_person_was_erased_is_given_back(
    fair: Fair, carrier: Party, fault: str
) -> None:
    order = sold(fair)
    carrier.fault(fault, path="/v1/labels", method="POST", after_work=True, seconds=2)
    with ThreadPoolExecutor(1) as crew:
        packing = crew.submit(fair.house.pack, order)
        wait_until(lambda: fair.house.count("SELECT count(*) FROM disclosures") == 1)
        runs.let_go(order)
        packed = packing.result()
    with clock.held_at(clock.now() + timedelta(minutes=2)):
        buying.ask_for_labels_again()
        jobs.drain()
    assert fair.house.label(packed)[0] == "voided"
    assert threads(fair) == 0


def test_an_erasure_of_no_order_erases_none_and_one_of_the_shop_everybody(
    fair: Fair, store: FlaskClient
) -> None:
    at_amazon, first, second = sold(fair, "amazon"), sold(fair), sold(fair, number=2)
    rung(fair, store, "customers/redact", customer={"id": 1}, orders_to_redact=[])
    rung(fair, store, "customers/data_request", customer={"id": 1}, orders_requested=[int(first.number)])
    assert outcomes() == ["they see all of it here by themselves"]
    assert vault.ends(first.unit).keys() == {"channel.delivery"}
    rung(fair, store, "shop/redact")
    assert outcomes()[-1] == "erased"
    assert [vault.ends(one.unit) for one in (first, second)] == [{}, {}]
    assert vault.ends(at_amazon.unit).keys() == {"channel.delivery"}


@pytest.mark.parametrize("topic", ["customers/redact", "shop/redact"])
def test_of_an_order_that_waits_no_address_is_kept_once_its_buyer_was_erased(
    fair: Fair, store: FlaskClient, topic: str
) -> None:
    ref, other = (
        fair.sell("shopify", replace(pencils(number), items=(Item("THEIR-PENCIL", 2, 190, tax=61),)))
        for number in (1, 2)
    )
    fair.ask()
    asked = {"customer": {"id": 1}, "orders_to_redact": [int(ref)]} if topic == "customers/redact" else {}
    rung(fair, store, topic, **asked)
    offered(fair, "shopify", "THEIR-PENCIL", fair.house.shop.pencil)
    fair.ask()
    erased = [ref] if asked else [ref, other]
    for one in (ref, other):
        made = fair.order(one)
        is_gone = one in erased
        assert vault.ends(made.unit).keys() == (set() if is_gone else {"channel.delivery"})
        assert waits_for(made) == ([addresses.GONE] if is_gone else [])


def test_an_order_of_the_same_number_that_is_anothers_keeps_its_person(
    fair: Fair, store: FlaskClient
) -> None:
    at_tiktok = sold(fair, "tiktok")
    before = vault.ends(at_tiktok.unit)
    rung(fair, store, "customers/redact", customer={"id": 1}, orders_to_redact=[int(at_tiktok.number)])
    assert outcomes() == ["erased"]
    assert vault.ends(at_tiktok.unit) == before
    assert before.keys() == {"channel.delivery"}


def test_nothing_is_promised_to_nobody_and_the_desk_says_so(fair: Fair) -> None:
    short = fair.sell("shopify", replace(pencils(1), items=(Item("RETRO-CLOCK", 25, 3100),)))
    fair.ask()
    kept, left = sold(fair, number=2), sold(fair, number=3)
    fair.house.hand_over(fair.house.pack(left))
    with clock.held_at(clock.now() + timedelta(days=151)):
        retention.let_go()
        handlers.stop_what_goes_to_nobody()
        handlers.stop_what_goes_to_nobody()
    with transaction() as session:
        stock.receive(session, fair.house.shop.clock, fair.house.shop.leiden, 40, by=SYSTEM)
    assert selling.fill_short() == 0
    assert waits_for(fair.order(short)) == ["Sold there, and not in stock here.", addresses.GONE]
    assert (waits_for(kept), waits_for(left)) == ([addresses.GONE], [])


def test_who_lets_an_order_go_on_all_the_same_is_not_asked_again(fair: Fair) -> None:
    order = sold(fair)
    with clock.held_at(clock.now() + timedelta(days=151)):
        retention.let_go()
        handlers.stop_what_goes_to_nobody()
        with transaction() as session:
            [held] = orders.open_holds(session, order.id)
            agreement.lift_hold(session, held.id, by=SYSTEM, why="fetched from the counter")
        handlers.stop_what_goes_to_nobody()
    assert waits_for(order) == []
