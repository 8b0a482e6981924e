"""The chip and the sentence of an order, which its page and a stranger with its number are told."""

import pytest
from flask.testing import FlaskClient

from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as sending
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.fulfillment.states import ShipmentState
from oms.inventory import actions as stock
from oms.kernel import jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import transaction
from oms.orders.models import Order
from tests import make
from tests.fakes import Party
from tests.make import Shop
from tests.oms.fulfillment.conftest import PACKER, House
from tests.people import words


@pytest.fixture
def house(small: Shop, stripe: Party, carrier: Party) -> House:
    return House(small, stripe)


def told(store: FlaskClient, order: Order) -> str:
    """What a stranger with the number reads."""
    page = words(store.get(f"/orders/{order.number}"))
    return page[page.index(order.number) :]


def test_an_order_on_its_way_is_not_said_to_be_packed_next(house: House, store: FlaskClient) -> None:
    order = house.buy({house.shop.clock: 1})
    assert "placed Thank you. We pick and pack it next" in told(store, order)
    shipment = house.pack(order)
    assert "placed Thank you. We pick and pack it next" in told(store, order)
    house.hand_over(shipment)
    assert "on its way Everything has left." in told(store, order)


def test_what_waits_in_another_house_is_told(house: House, store: FlaskClient) -> None:
    with transaction() as session:
        stock.receive(session, house.shop.clock, house.shop.osaka, 5, by=SYSTEM)
    order = house.buy({house.shop.clock: 23})
    part = house.pick(order)
    house.scan(part, "20*RETRO-CLOCK")
    with transaction() as session:
        packed = packing.close_box(session, part.id, Box(9000, "hollow", "post"), by=PACKER)
    jobs.drain()
    house.hand_over(packed)
    assert "partly on its way A part of it has left. The rest follows" in told(store, order)


@pytest.mark.parametrize("end", [ShipmentState.LOST, ShipmentState.RETURNED_TO_SENDER])
def test_what_did_not_arrive_is_not_said_to_be_on_its_way(
    house: House, store: FlaskClient, end: ShipmentState
) -> None:
    order = house.buy({house.shop.clock: 1})
    shipment = house.hand_over(house.pack(order))
    with transaction() as session:
        fulfillment.arrive(session, sending.locked_shipment(session, shipment.id), end, by=PACKER)
    assert "did not arrive A parcel was lost or came back to us." in told(store, order)


def test_what_is_collected_is_told_when_it_lies_ready(house: House, store: FlaskClient) -> None:
    make.collected("post-eu")
    order = house.buy({house.shop.clock: 1}, delivery=None)
    assert "this page says when you can collect it" in told(store, order)
    shipment = house.pack(order, "pickup", "self")
    assert "ready to collect It is packed." in told(store, order)
    house.hand_over(shipment)
    assert "delivered It has arrived." in told(store, order)
