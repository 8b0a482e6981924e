"""Reads of picking: what waits, what is on a list. Order number, country, postcode prefix; nobody's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.fulfillment.models import FulfillmentLine, FulfillmentOrder, PickList
from oms.fulfillment.queries import on_hold
from oms.fulfillment.states import FulfillmentState
from oms.kernel import clock
from oms.kernel.errors import NotFoundError
from oms.orders.models import Order, OrderLine

LATE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fulfillment order that can be picked."""

    part_id: int
    number: str
    country: str
    postcode_prefix: str
    units: int
    placed_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class PickLine:
    """Units of one SKU to take on a walk, and for which orders."""

    sku: str
    title: str
    choices: str
    quantity: int
    picked: int
    orders: tuple[str, ...]


def waiting_counts(session: Session) -> dict[int, int]:
    """Return how many fulfillment orders wait per warehouse."""
    rows = session.execute(
        select(FulfillmentOrder.warehouse_id, func.count())
        .join(Order, Order.id == FulfillmentOrder.order_id)
        .where(FulfillmentOrder.state == FulfillmentState.OPEN, ~on_hold())
        .group_by(FulfillmentOrder.warehouse_id)
    )
    return {row[0]: row[1] for row in rows}


def waiting(session: Session, warehouse_id: int, *, most: int = 100) -> list[Waiting]:
    """Return what waits in a warehouse, the oldest first; what is on hold does not wait here."""
    rows = session.execute(
        select(
            FulfillmentOrder.id,
            Order.number,
            Order.country,
            Order.postcode_prefix,
            func.sum(FulfillmentLine.quantity),
            FulfillmentOrder.made_at,
        )
        .join(Order, Order.id == FulfillmentOrder.order_id)
        .join(FulfillmentLine, FulfillmentLine.fulfillment_order_id == FulfillmentOrder.id)
        .where(
            FulfillmentOrder.warehouse_id == warehouse_id,
            FulfillmentOrder.state == FulfillmentState.OPEN,
            ~on_hold(),
        )
        .group_by(FulfillmentOrder.id, Order.id)
        .order_by(FulfillmentOrder.made_at, FulfillmentOrder.id)
        .limit(most)
    )
    late = clock.now() - LATE_AFTER
    return [Waiting(*row[:4], int(row[4]), row[5], row[5] < late) for row in rows]


def pickable(session: Session, warehouse_id: int, part_ids: Sequence[int]) -> list[int]:
    """Return which of these are of the warehouse and not on hold."""
    return list(
        session.scalars(
            select(FulfillmentOrder.id)
            .join(Order, Order.id == FulfillmentOrder.order_id)
            .where(
                FulfillmentOrder.id.in_(part_ids), FulfillmentOrder.warehouse_id == warehouse_id, ~on_hold()
            )
        )
    )


def pick_list(session: Session, number: int) -> PickList:
    """Return a pick list. Raises NotFoundError."""
    found = session.get(PickList, number)
    if found is None:
        raise NotFoundError("There is no such pick list.")
    return found


def open_lists(session: Session, warehouse_id: int) -> list[PickList]:
    """Return the walks of a warehouse that are not ended, the oldest first."""
    return list(
        session.scalars(
            select(PickList)
            .where(PickList.warehouse_id == warehouse_id, PickList.done_at.is_(None))
            .order_by(PickList.id)
        )
    )


def lines_of(session: Session, pick_list_id: int, variant_id: int | None = None) -> list[FulfillmentLine]:
    """Return and lock the live lines of a pick list, or those of one variant, in id order."""
    chosen = (
        select(FulfillmentLine)
        .join(FulfillmentOrder, FulfillmentOrder.id == FulfillmentLine.fulfillment_order_id)
        .where(
            FulfillmentOrder.pick_list_id == pick_list_id,
            FulfillmentOrder.state == FulfillmentState.IN_PROGRESS,
        )
    )
    if variant_id is not None:
        chosen = chosen.where(FulfillmentLine.variant_id == variant_id)
    return list(
        session.scalars(
            chosen.order_by(FulfillmentLine.id)
            .with_for_update(of=FulfillmentLine)
            .execution_options(populate_existing=True)
        )
    )


def walk(session: Session, pick_list_id: int) -> list[PickLine]:
    """Return what to take, by SKU, which is the order of the shelves; cancelled orders are left out."""
    rows = session.execute(
        select(
            OrderLine.sku,
            func.min(OrderLine.title),
            func.min(OrderLine.choices),
            func.sum(FulfillmentLine.quantity),
            func.sum(FulfillmentLine.picked),
            func.array_agg(Order.number.distinct()),
        )
        .join(OrderLine, OrderLine.id == FulfillmentLine.order_line_id)
        .join(FulfillmentOrder, FulfillmentOrder.id == FulfillmentLine.fulfillment_order_id)
        .join(Order, Order.id == FulfillmentOrder.order_id)
        .where(
            FulfillmentOrder.pick_list_id == pick_list_id,
            FulfillmentOrder.state != FulfillmentState.CANCELLED,
        )
        .group_by(OrderLine.sku)
        .order_by(OrderLine.sku)
    )
    return [PickLine(row[0], row[1], row[2], int(row[3]), int(row[4]), tuple(row[5])) for row in rows]
