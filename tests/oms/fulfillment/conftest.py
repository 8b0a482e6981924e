"""A small shop whose orders are paid, picked, packed and sent; each step in a transaction of its own."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from oms.fulfillment import actions, queries
from oms.fulfillment.models import FulfillmentOrder, Shipment
from oms.fulfillment.packing import actions as packing
from oms.fulfillment.packing.actions import Box
from oms.fulfillment.picking import actions as picking
from oms.inventory import actions as stock
from oms.inventory import queries as levels
from oms.kernel import jobs
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.db import Role, reading, transaction
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.payments import actions as money
from oms.payments import gateway
from tests import make
from tests.fakes import Party
from tests.make import Shop

PACKER = Actor(ActorKind.STAFF, "7", roles=frozenset({"picker-packer"}))


@dataclass
class House:
    """A warehouse at work, with Stripe outside."""

    shop: Shop
    stripe: Party

    def buy(self, wanted: dict[int, int], **changed: Any) -> Order:  # noqa: ANN401 - fields of Placing
        """Return an order that is placed and paid, with everything done that follows."""
        placed = make.order(wanted, **changed)
        truth = gateway.look_up(make.pay(placed, self.stripe))
        with transaction() as session:
            money.apply_truth(session, truth)
        jobs.drain()
        return self.order(placed.order.id)

    def order(self, order_id: int) -> Order:
        with reading() as session:
            return orders.get(session, order_id)

    def parts(self, order: Order) -> list[FulfillmentOrder]:
        with reading() as session:
            return queries.parts_of(session, order.id)

    def pick(self, order: Order) -> FulfillmentOrder:
        """Take the order's only part to packing."""
        part = self.parts(order)[0]
        with transaction() as session:
            made = picking.start_list(session, part.warehouse_id, [part.id], by=PACKER)
            picking.take_all(session, made.id)
            picking.finish_list(session, made.id)
        return self.parts(order)[0]

    def scan(self, part: FulfillmentOrder, *codes: str) -> None:
        for code in codes:
            with transaction() as session:
                packing.put_in_box(session, part.id, code)

    def pack(
        self, order: Order, service: str = "post", carrier: str = "hollow", grams: int = 900
    ) -> Shipment:
        """Pick and pack an order's only part; its label is bought where the carrier answers."""
        part = self.pick(order)
        self.scan(part, *(f"{line.quantity}*{line.sku}" for line in order.lines if not line.is_digital))
        with transaction() as session:
            packed = packing.close_box(session, part.id, Box(grams, carrier, service), by=PACKER)
        jobs.drain()
        return self.shipment(packed.id)

    def hand_over(self, shipment: Shipment) -> Shipment:
        with transaction() as session:
            actions.hand_over(session, shipment.id, by=PACKER)
        jobs.drain()
        return self.shipment(shipment.id)

    def shipment(self, shipment_id: int) -> Shipment:
        with reading() as session:
            return queries.shipment(session, shipment_id)

    def label(self, shipment: Shipment) -> tuple[str, str]:
        """Return state and problem of the newest parcel's label."""
        with reading() as session:
            parcel = queries.parcels_of(session, shipment.id)[-1]
        return str(parcel.label_state), parcel.label_problem

    def history(self, order: Order) -> list[str]:
        with reading() as session:
            return [event.what for event in queries.history(session, order.id)]

    def level(self, variant_id: int) -> tuple[int, int, int]:
        """Return on hand, reserved, allocated; the ledger explains them."""
        with reading() as session:
            assert levels.drifts(session) == []
            found = session.execute(
                text(
                    "SELECT on_hand, reserved, allocated FROM stock_levels"
                    " WHERE variant_id = :v AND warehouse_id = :w"
                ),
                {"v": variant_id, "w": self.shop.leiden},
            ).one()
        return tuple(found)

    def count(self, statement: str) -> int:
        with reading(Role.MIGRATE) as session:
            return int(session.scalar(text(statement)) or 0)


@pytest.fixture
def house(shop: None, stripe: Party) -> House:
    with transaction() as session:
        made = make.small_shop(session)
        stock.locate_warehouse(session, made.leiden, "Oude Vest 12", "Leiden")
    return House(made, stripe)
