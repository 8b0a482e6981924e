"""Reads of sending for the desk: how far orders are, and the parts of one order with their parcels."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from oms.fulfillment import queries as fulfillment
from oms.fulfillment.models import FulfillmentOrder, Parcel, Shipment
from oms.fulfillment.states import FulfillmentState, ShipmentState
from oms.inventory.models import Warehouse
from oms.orders.models import Order
from oms.orders.states import OrderState

ELSEWHERE = (
    "A marketplace sold this order: cancel and refund it there. A cancellation follows here until the parcel"
    " has left; a refund does not."
)


class Stage(StrEnum):
    """How far the sending of a placed order is; read from its parts, kept nowhere."""

    TO_PICK = "to_pick"
    IN_WORK = "in_work"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"


def stages(session: Session, order_ids: Collection[int]) -> dict[int, Stage]:
    """Return how far orders are; an order without parts is not in it."""
    rows = session.execute(
        select(FulfillmentOrder.order_id, FulfillmentOrder.state).where(
            FulfillmentOrder.order_id.in_(order_ids), FulfillmentOrder.state != FulfillmentState.CANCELLED
        )
    )
    found: dict[int, list[FulfillmentState]] = {}
    for order_id, state in rows:
        found.setdefault(order_id, []).append(state)
    return {order_id: _stage(states) for order_id, states in found.items()}


def _stage(states: Sequence[FulfillmentState]) -> Stage:
    closed = states.count(FulfillmentState.CLOSED)
    if closed == len(states):
        return Stage.SHIPPED
    if closed:
        return Stage.PART_SHIPPED
    return Stage.IN_WORK if FulfillmentState.IN_PROGRESS in states else Stage.TO_PICK


def is_at(stage: str) -> ColumnElement[bool]:
    """Return the condition that some part of an order, joined to the statement, is at a stage."""
    states = {
        Stage.TO_PICK: FulfillmentState.OPEN,
        Stage.IN_WORK: FulfillmentState.IN_PROGRESS,
        Stage.PART_SHIPPED: FulfillmentState.CLOSED,
        Stage.SHIPPED: FulfillmentState.CLOSED,
    }
    return exists().where(
        FulfillmentOrder.order_id == Order.id, FulfillmentOrder.state == states[Stage(stage)]
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A fulfillment order with its shipment and the parcels whose label lives."""

    id: int
    state: FulfillmentState
    warehouse: str
    units: int
    shipment: Shipment | None
    parcels: tuple[Parcel, ...]


def parts(session: Session, order_id: int) -> list[Part]:
    """Return the parts of an order."""
    found = []
    for part in fulfillment.parts_of(session, order_id):
        shipment = fulfillment.live_shipment(session, part.id)
        parcels = fulfillment.live_parcels(session, shipment.id) if shipment else []
        name = session.scalar(select(Warehouse.name).where(Warehouse.id == part.warehouse_id)) or ""
        units = sum(line.quantity for line in part.lines)
        found.append(Part(part.id, part.state, name, units, shipment, tuple(parcels)))
    return found


def why_not_cancel(session: Session, order: Order) -> str:
    """Return why staff cannot cancel an order, as a sentence; nothing when they can."""
    if order.channel:
        return ELSEWHERE
    if order.state is not OrderState.PLACED:
        return "Only an order that is placed can be cancelled."
    if order.delivered_at is not None:
        return "This order was delivered. Refund it instead."
    if fulfillment.is_on_its_way(session, order.id):
        return "A parcel is on its way. Refund a part, or wait until it comes back."
    return ""


def is_packed(part: Part) -> bool:
    """Say whether a part stands packed and waits for its carrier."""
    return part.shipment is not None and part.shipment.state is ShipmentState.PACKED
