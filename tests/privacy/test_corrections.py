"""B15: one correction while parcels are unpicked, labelled and shipped; Stripe, copies and ledger follow."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from oms.fulfillment import queries
from oms.fulfillment.models import FulfillmentOrder, Shipment
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.fulfillment.picking import actions as picking
from oms.inventory import actions as stock
from oms.kernel import egress, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import reading, transaction
from oms.kernel.register import Purpose
from oms.orders import actions
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.privacy.copies.models import Copy
from tests import make
from tests.fakes import Party
from tests.forgetting import build_copies, proven
from tests.oms.fulfillment.conftest import PACKER, House
from tests.pages import send
from tests.people import words

Measured = Callable[..., None]
NEW = "ada.lind@shop.test"
GUEST = make.GUEST


@pytest.fixture
def house(shop: None, stripe: Party) -> House:
    with transaction() as session:
        return House(make.small_shop(session), stripe)


def bought_of_three(house: House) -> Order:
    """An order whose goods lie in three warehouses."""
    wanted = {house.shop.clock: 1}
    with transaction() as session:
        stock.locate_warehouse(session, house.shop.leiden, "Oude Vest 12", "Leiden")
        for sku, code, city, postcode in (
            ("INK-POT", "UTR", "Utrecht", "3511"),
            ("SEAL-WAX", "DEL", "Delft", "2611"),
        ):
            variant = make.variant(session, sku, 500)
            there = stock.add_warehouse(session, code, city, "NL", postcode)
            stock.locate_warehouse(session, there.id, "Markt 1", city)
            stock.receive(session, variant, there.id, 5, by=SYSTEM)
            wanted[variant] = 1
    return house.buy(wanted)


def packed(house: House, order: Order, part: FulfillmentOrder) -> Shipment:
    with transaction() as session:
        made = picking.start_list(session, part.warehouse_id, [part.id], by=PACKER)
        picking.take_all(session, made.id)
        picking.finish_list(session, made.id)
    return boxed(house, order, part)


def boxed(house: House, order: Order, part: FulfillmentOrder) -> Shipment:
    with reading() as session:
        line = queries.part(session, part.id).lines[0]
    house.scan(part, next(one.sku for one in order.lines if one.id == line.order_line_id))
    with transaction() as session:
        shipment = packing.close_box(session, part.id, Box(900, "hollow", "post"), by=PACKER)
    jobs.drain()
    return shipment


def streets(carrier: Party) -> list[str]:
    """Return the street of each label that the carrier sold and that was not voided."""
    live = {one["reference"] for one in carrier.get("ledger")["labels"] if one["status"] != "voided"}
    bodies = [
        json.loads(one["raw"]) for one in carrier.get("received")["received"] if one["method"] == "POST"
    ]
    return sorted(body["to"]["lines"][0] for body in bodies if body.get("reference") in live and "to" in body)


def receipts(stripe: Party) -> list[str]:
    """Return the mailboxes to which Stripe was told, after the payment, to send the receipt."""
    said = [one for one in stripe.get("received")["received"] if "/v1/charges/" in one["path"]]
    return [one["params"]["receipt_email"] for one in said if one["method"] == "POST"]


def told(order: Order, recipient: str) -> list[list[str]]:
    with reading() as session:
        return [
            row.fields for row in egress.disclosed(session, unit=order.unit) if row.recipient == recipient
        ]


@pytest.mark.parametrize("within", [60, pytest.param(5, marks=pytest.mark.privacy)])
def test_each_parcel_is_treated_rightly_and_everybody_who_was_told_is_told(
    house: House, carrier: Party, store: FlaskClient, measured: Measured, within: int
) -> None:
    order = bought_of_three(house)
    unpicked, labelled, sent = house.parts(order)
    waiting = packed(house, order, labelled)
    gone = house.hand_over(packed(house, order, sent))
    visitor = proven(store, "ada@shop.test")
    asked = visitor.send("/your-data/copy", page="/your-data/").headers["Location"]
    assert build_copies() == 1
    before = (len(told(order, "carrier")), len(told(order, "stripe")))

    begun = time.monotonic()
    page = visitor.get(f"/orders/{order.number}/correct")
    assert "goes to the address on its label" in words(page)
    answer = send(store, page, "street", street="Breestraat 1", postcode="2311 CG", email=NEW)
    assert answer.status_code == 303
    said = words(visitor.get(f"/orders/{order.number}"))
    jobs.drain()
    with reading() as session:
        kept = vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.RIGHTS, by=GUEST)
        assert vault.find(session, OrderContact, "email", "ada@shop.test") == []
        assert [found.unit for found in vault.find(session, OrderContact, "email", NEW)] == [order.unit]
        assert session.query(Copy).count() == 0
    took = time.monotonic() - begun
    assert kept is not None
    assert (kept.street, kept.postcode) == ("Breestraat 1", "2311 CG")
    assert took < within

    assert "goes to the address on its label" in said
    assert house.label(waiting)[0] == "voided"
    assert house.label(gone)[0] == "bought"
    assert house.shipment(gone.id).state == "handed_over"
    assert visitor.get(asked).status_code == 404
    for part in (unpicked, house.parts(order)[1]):
        if part.id == labelled.id:
            boxed(house, order, part)
        else:
            packed(house, order, part)
    assert streets(carrier) == ["Breestraat 1", "Breestraat 1", "Rapenburg 70"]
    assert receipts(house.stripe) == [NEW]
    assert (len(told(order, "carrier")), len(told(order, "stripe"))) == (before[0] + 2, before[1] + 1)
    measured(
        "B15", f"3 parcels, everywhere after {took:.1f} s, Stripe and carrier told", passed=took < within
    )


def test_where_all_has_left_only_the_mailbox_changes(house: House, carrier: Party) -> None:
    order = house.buy({house.shop.clock: 1})
    with transaction() as session:
        stock.locate_warehouse(session, house.shop.leiden, "Oude Vest 12", "Leiden")
    house.hand_over(house.pack(order))
    with reading() as session:
        assert not queries.can_correct_address(session, order.id)
    with transaction() as session:
        found = session.get_one(Order, order.id)
        actions.correct_contact(session, found, OrderContact(NEW), by=GUEST)
    jobs.drain()
    assert receipts(house.stripe) == [NEW]


def test_an_unchanged_mailbox_is_told_to_nobody_again(house: House) -> None:
    order = house.buy({house.shop.clock: 1})
    before = told(order, "stripe")
    with transaction() as session:
        found = session.get_one(Order, order.id)
        actions.correct_contact(session, found, replace(make.ADAS_MAILBOX), by=GUEST)
    jobs.drain()
    assert told(order, "stripe") == before
