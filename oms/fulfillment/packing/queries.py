"""Reads of packing: what waits for its box, what belongs in it, what it weighs."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from oms.fulfillment.models import FulfillmentLine, FulfillmentOrder, Shipment
from oms.fulfillment.states import FulfillmentState, ShipmentState
from oms.orders.models import Order, OrderLine

# What a box and its filling weigh, in grams, when nobody has put it on the scale yet.
WRAPPING = 120


@dataclass(frozen=True, slots=True)
class ToPack:
    """A fulfillment order beside its box, or in it and still in the house."""

    part_id: int
    number: str
    country: str
    postcode_prefix: str
    units: int
    is_boxed: bool


@dataclass(frozen=True, slots=True)
class BoxLine:
    """Units of an order line that belong in a box."""

    sku: str
    title: str
    choices: str
    quantity: int
    packed: int


def to_pack(session: Session, warehouse_id: int, *, most: int = 100) -> list[ToPack]:
    """Return what was picked in a warehouse and has not left it, the oldest first."""
    boxed = exists().where(
        Shipment.fulfillment_order_id == FulfillmentOrder.id, Shipment.state == ShipmentState.PACKED
    )
    rows = session.execute(
        select(
            FulfillmentOrder.id,
            Order.number,
            Order.country,
            Order.postcode_prefix,
            func.sum(FulfillmentLine.quantity),
            boxed,
        )
        .join(Order, Order.id == FulfillmentOrder.order_id)
        .join(FulfillmentLine, FulfillmentLine.fulfillment_order_id == FulfillmentOrder.id)
        .where(
            FulfillmentOrder.warehouse_id == warehouse_id,
            FulfillmentOrder.state == FulfillmentState.IN_PROGRESS,
        )
        .group_by(FulfillmentOrder.id, Order.id)
        .order_by(FulfillmentOrder.made_at, FulfillmentOrder.id)
        .limit(most)
    )
    return [ToPack(row[0], row[1], row[2], row[3], int(row[4]), bool(row[5])) for row in rows]


def counts(session: Session) -> dict[int, int]:
    """Return how many fulfillment orders wait for packing or handover per warehouse."""
    rows = session.execute(
        select(FulfillmentOrder.warehouse_id, func.count())
        .where(FulfillmentOrder.state == FulfillmentState.IN_PROGRESS)
        .group_by(FulfillmentOrder.warehouse_id)
    )
    return {row[0]: row[1] for row in rows}


def box_lines(session: Session, part_id: int) -> list[BoxLine]:
    """Return what belongs in the box of a fulfillment order, in the order's own order."""
    rows = session.execute(
        select(
            OrderLine.sku,
            OrderLine.title,
            OrderLine.choices,
            FulfillmentLine.quantity,
            FulfillmentLine.packed,
        )
        .join(FulfillmentLine, FulfillmentLine.order_line_id == OrderLine.id)
        .where(FulfillmentLine.fulfillment_order_id == part_id)
        .order_by(OrderLine.position, OrderLine.id)
    )
    return [BoxLine(*row) for row in rows]


def suggested_grams(session: Session, part_id: int) -> int:
    """Return what a full box weighs by its goods, with its wrapping."""
    goods = session.scalar(
        select(func.sum(OrderLine.grams * FulfillmentLine.quantity))
        .join(FulfillmentLine, FulfillmentLine.order_line_id == OrderLine.id)
        .where(FulfillmentLine.fulfillment_order_id == part_id)
    )
    return int(goods or 0) + WRAPPING
