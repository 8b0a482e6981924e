"""Reads of fulfillment: what there is for an order, locked where it is about to change.

Locks are always taken in one order, by whoever changes anything: the order, its fulfillment orders by id, the
shipment, its parcels by id. Whoever waited reads again below the lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from oms.fulfillment.models import FulfillmentEvent, FulfillmentOrder, Parcel, Shipment
from oms.fulfillment.states import DROPPED, ON_ITS_WAY, FulfillmentState, LabelState, ShipmentState
from oms.inventory.models import Reservation
from oms.inventory.states import ReservationState
from oms.kernel.errors import NotFoundError
from oms.orders import queries as orders
from oms.orders.models import Order, OrderHold

T = TypeVar("T")
_WITH_LINES = select(FulfillmentOrder).options(selectinload(FulfillmentOrder.lines))


def _locking(statement: Select[T]) -> Select[T]:
    """Return a statement that waits for the rows' locks and reads again below them."""
    return statement.with_for_update().execution_options(populate_existing=True)


def _known(found: T | None, missing: NotFoundError) -> T:
    if found is None:
        raise missing
    return found


def parts_of(session: Session, order_id: int) -> list[FulfillmentOrder]:
    """Return the fulfillment orders of an order with their lines."""
    chosen = _WITH_LINES.where(FulfillmentOrder.order_id == order_id).order_by(FulfillmentOrder.id)
    return list(session.scalars(chosen))


def locked_parts(session: Session, order_id: int) -> list[FulfillmentOrder]:
    """Return them under their row locks, in id order; the order's own lock is taken before."""
    chosen = _WITH_LINES.where(FulfillmentOrder.order_id == order_id).order_by(FulfillmentOrder.id)
    return list(session.scalars(_locking(chosen)))


def locked_house(session: Session, order_id: int) -> tuple[Order, list[FulfillmentOrder]]:
    """Return an order and its fulfillment orders, under their locks and those of every parcel in the house.

    For who decides about the whole order, such as its end or its address. Raises NotFoundError.
    """
    order = orders.locked(session, order_id)
    parts = locked_parts(session, order_id)
    for one in shipments_of(session, order_id):
        locked_shipment(session, one.id)
        locked_parcels(session, one.id)
    return order, parts


def locked_box(session: Session, part_id: int) -> FulfillmentOrder:
    """Return a fulfillment order under the locks of its order and itself, in this order.

    Raises NotFoundError.
    """
    orders.locked(session, part(session, part_id).order_id)
    return locked_part(session, part_id)


def locked_part(session: Session, part_id: int) -> FulfillmentOrder:
    """Return a fulfillment order under its row lock, with its lines. Raises NotFoundError."""
    found = session.scalar(_locking(_WITH_LINES.where(FulfillmentOrder.id == part_id)))
    return _known(found, NotFoundError("There is no such fulfillment order."))


def part(session: Session, part_id: int) -> FulfillmentOrder:
    """Return a fulfillment order with its lines. Raises NotFoundError."""
    found = session.scalar(_WITH_LINES.where(FulfillmentOrder.id == part_id))
    return _known(found, NotFoundError("There is no such fulfillment order."))


def allocated(session: Session, order_id: int) -> Sequence[Reservation]:
    """Return what was allocated to an order: its converted holds."""
    return session.scalars(
        select(Reservation)
        .where(Reservation.order_id == order_id, Reservation.state == ReservationState.CONVERTED)
        .order_by(Reservation.warehouse_id, Reservation.order_line_id)
    ).all()


def live_shipment(session: Session, part_id: int) -> Shipment | None:
    """Return the shipment of a fulfillment order, unless it was unpacked again."""
    return session.scalar(
        select(Shipment).where(
            Shipment.fulfillment_order_id == part_id, Shipment.state != ShipmentState.UNPACKED
        )
    )


def locked_shipment(session: Session, shipment_id: int) -> Shipment:
    """Return a shipment under its row lock. Raises NotFoundError."""
    found = session.scalar(_locking(select(Shipment).where(Shipment.id == shipment_id)))
    return _known(found, NotFoundError("There is no such shipment."))


def locked_way(session: Session, shipment_id: int) -> Shipment:
    """Return a shipment under the locks of its order, its fulfillment order and itself, always in this order.

    Raises NotFoundError.
    """
    found = shipment(session, shipment_id)
    orders.locked(session, found.order_id)
    locked_part(session, found.fulfillment_order_id)
    return locked_shipment(session, shipment_id)


def shipment(session: Session, shipment_id: int) -> Shipment:
    """Return a shipment. Raises NotFoundError."""
    return _known(session.get(Shipment, shipment_id), NotFoundError("There is no such shipment."))


def shipments_of(session: Session, order_id: int) -> list[Shipment]:
    """Return the shipments of an order that were not unpacked again, the oldest first."""
    return list(
        session.scalars(
            select(Shipment)
            .where(Shipment.order_id == order_id, Shipment.state != ShipmentState.UNPACKED)
            .order_by(Shipment.id)
        )
    )


def parcels_of(session: Session, shipment_id: int) -> list[Parcel]:
    """Return every parcel of a shipment, dropped ones too, the oldest first."""
    return list(session.scalars(select(Parcel).where(Parcel.shipment_id == shipment_id).order_by(Parcel.id)))


def live_parcels(session: Session, shipment_id: int) -> list[Parcel]:
    """Return the parcels of a shipment whose label was not dropped."""
    return [p for p in parcels_of(session, shipment_id) if p.label_state not in DROPPED]


def parcel(session: Session, parcel_id: int) -> Parcel:
    """Return a parcel. Raises NotFoundError."""
    return _known(session.get(Parcel, parcel_id), NotFoundError("There is no such parcel."))


def locked_parcel(session: Session, parcel_id: int) -> Parcel:
    """Return a parcel under the locks of its way (order, fulfillment order, shipment) and its own.

    Raises NotFoundError.
    """
    locked_way(session, parcel(session, parcel_id).shipment_id)
    found = session.scalar(_locking(select(Parcel).where(Parcel.id == parcel_id)))
    return _known(found, NotFoundError("There is no such parcel."))


def locked_parcels(session: Session, shipment_id: int) -> list[Parcel]:
    """Return every parcel of a shipment under its row lock, in id order; the locks above are taken before."""
    chosen = select(Parcel).where(Parcel.shipment_id == shipment_id).order_by(Parcel.id)
    return list(session.scalars(_locking(chosen)))


def is_on_its_way(session: Session, order_id: int) -> bool:
    """Say whether any part of an order has left the house."""
    left = exists().where(Shipment.order_id == order_id, Shipment.state.in_(ON_ITS_WAY))
    return bool(session.scalar(select(left)))


def can_correct_address(session: Session, order_id: int) -> bool:
    """Say whether the address may still change: something is in the house, and no label of it is fixed.

    A label is fixed while it is being bought, or once we printed it. What has left follows its label.
    """
    printed = and_(Parcel.label_state == LabelState.NONE, Parcel.labelled_at.is_not(None))
    fixed = (
        select(Parcel.id)
        .join(Shipment, Shipment.id == Parcel.shipment_id)
        .where(
            Shipment.order_id == order_id,
            Shipment.state == ShipmentState.PACKED,
            or_(Parcel.label_state == LabelState.WANTED, printed),
        )
    )
    is_open = FulfillmentOrder.state.in_((FulfillmentState.OPEN, FulfillmentState.IN_PROGRESS))
    in_the_house = exists().where(FulfillmentOrder.order_id == order_id, is_open)
    has_left = is_on_its_way(session, order_id) and not session.scalar(select(in_the_house))
    return not has_left and not session.scalar(select(fixed.exists()))


def history(session: Session, order_id: int) -> list[FulfillmentEvent]:
    """Return what happened to the parts of an order, in order."""
    return list(
        session.scalars(
            select(FulfillmentEvent)
            .join(FulfillmentOrder, FulfillmentOrder.id == FulfillmentEvent.fulfillment_order_id)
            .where(FulfillmentOrder.order_id == order_id)
            .order_by(FulfillmentEvent.id)
        )
    )


def on_hold() -> ColumnElement[bool]:
    """Return the condition that an order, joined to the statement, must wait."""
    return exists().where(OrderHold.order_id == Order.id, OrderHold.lifted_at.is_(None))


@dataclass(frozen=True, slots=True)
class Sent:
    """A shipment in a list: no person, and of the carrier's words the last one."""

    shipment_id: int
    number: str
    country: str
    postcode_prefix: str
    carrier: str
    state: ShipmentState
    handed_over_at: datetime | None
    last_word: str


def sent(session: Session, state: ShipmentState, *, most: int = 100) -> list[Sent]:
    """Return the shipments of a state, the latest first."""
    last = (
        select(FulfillmentEvent.what)
        .where(
            FulfillmentEvent.fulfillment_order_id == Shipment.fulfillment_order_id,
            FulfillmentEvent.what.like("carrier: %"),
        )
        .order_by(FulfillmentEvent.at.desc(), FulfillmentEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Shipment.id,
            Order.number,
            Order.country,
            Order.postcode_prefix,
            Shipment.carrier,
            Shipment.state,
            Shipment.handed_over_at,
            func.coalesce(last, ""),
        )
        .join(Order, Order.id == Shipment.order_id)
        .where(Shipment.state == state)
        .order_by(Shipment.handed_over_at.desc().nulls_last(), Shipment.id.desc())
        .limit(most)
    )
    return [Sent(*row) for row in rows]


def sent_counts(session: Session) -> dict[str, int]:
    """Return how many shipments are in each state."""
    rows = session.execute(select(Shipment.state, func.count()).group_by(Shipment.state))
    return {str(state): count for state, count in rows}
