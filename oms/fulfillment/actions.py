"""The life of what is sent: made from a placed order, handed over, arrived, or cancelled before it left."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from oms.fulfillment import queries
from oms.fulfillment.models import FulfillmentLine, FulfillmentOrder, Parcel, Shipment
from oms.fulfillment.states import (
    DROPPED,
    FulfillmentState,
    LabelState,
    ShipmentState,
)
from oms.inventory import actions as stock
from oms.inventory.actions import Move
from oms.inventory.states import MovementKind
from oms.kernel import clock, outbox
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.errors import ConflictError, IllegalMoveError
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderDelivery
from oms.orders.refunding.queries import refundable
from oms.orders.states import OrderState
from oms.payments import actions as money
from oms.payments.actions import RefundAsked, RefundPart
from oms.payments.models import Payment, Refund


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What cancelling came to: the order, and the refunds that are on their way."""

    order: Order
    refunds: tuple[Refund, ...]


def make_parts(session: Session, order_id: int) -> list[FulfillmentOrder]:
    """Make the fulfillment orders of a placed order, one for each warehouse; again, nothing new comes of it.

    An order of downloads alone has none: it is delivered at once.
    """
    order = orders.locked(session, order_id)
    if order.state is not OrderState.PLACED:
        return []
    found = queries.parts_of(session, order_id) or _made_parts(session, order_id)
    if all(line.is_digital for line in order.lines):
        agreement.note_delivery(session, order_id)
    return found


def _made_parts(session: Session, order_id: int) -> list[FulfillmentOrder]:
    made: dict[int, FulfillmentOrder] = {}
    for hold in queries.allocated(session, order_id):
        if hold.warehouse_id not in made:
            made[hold.warehouse_id] = FulfillmentOrder(
                order_id=order_id, warehouse_id=hold.warehouse_id, made_at=clock.now(), lines=[]
            )
        made[hold.warehouse_id].lines.append(
            FulfillmentLine(
                order_line_id=hold.order_line_id, variant_id=hold.variant_id, quantity=hold.quantity
            )
        )
    session.add_all(made.values())
    session.flush()
    session.add_all(part.event("open", SYSTEM, at=clock.now()) for part in made.values())
    return list(made.values())


def hand_over(session: Session, shipment_id: int, *, by: Actor) -> Shipment:
    """Give a packed shipment away: its goods leave the stock, its fulfillment order is closed.

    Again, nothing changes. Raises IllegalMoveError while a label is missing, or from any other state. What is
    collected in person has arrived with that.
    """
    shipment = queries.locked_way(session, shipment_id)
    part = queries.part(session, shipment.fulfillment_order_id)
    if shipment.state is ShipmentState.HANDED_OVER:
        return shipment
    if any(p.label_state is LabelState.WANTED for p in queries.parcels_of(session, shipment_id)):
        raise IllegalMoveError("The label is not bought yet. Wait for it, or take another carrier.")
    shipment.become(ShipmentState.HANDED_OVER)
    shipment.handed_over_at = clock.now()
    part.become(FulfillmentState.CLOSED)
    part.ended_at = clock.now()
    stock.move(session, _moves(part, MovementKind.SHIPMENT, f"shipment:{shipment.id}"), by=by)
    session.add(part.event("handed_over", by, at=clock.now()))
    outbox.say(session, "shipment.handed_over", shipment=shipment.id, order=shipment.order_id)
    if is_collected(shipment):
        arrive(session, shipment, ShipmentState.DELIVERED, by=by)
    return shipment


def is_collected(shipment: Shipment) -> bool:
    """Say whether the buyer takes this in person."""
    return shipment.service == "pickup"


def arrive(session: Session, shipment: Shipment, state: ShipmentState, *, by: Actor) -> None:
    """End the way of a shipment under `locked_way`; the order is delivered when its last part is.

    Raises IllegalMoveError.
    """
    shipment.become(state)
    shipment.ended_at = clock.now()
    part = queries.part(session, shipment.fulfillment_order_id)
    session.add(part.event(state, by, at=clock.now()))
    session.flush()
    outbox.say(session, f"shipment.{state}", shipment=shipment.id, order=shipment.order_id)
    if _all_arrived(session, shipment.order_id):
        agreement.note_delivery(session, shipment.order_id)


def _all_arrived(session: Session, order_id: int) -> bool:
    parts = [p for p in queries.parts_of(session, order_id) if p.state is not FulfillmentState.CANCELLED]
    arrived = {
        s.fulfillment_order_id
        for s in queries.shipments_of(session, order_id)
        if s.state is ShipmentState.DELIVERED
    }
    return bool(parts) and all(part.id in arrived for part in parts)


def _moves(part: FulfillmentOrder, kind: MovementKind, batch: str = "") -> list[Move]:
    return [
        Move(line.variant_id, part.warehouse_id, kind, line.quantity, line.order_line_id, batch)
        for line in part.lines
    ]


def cancel_order(session: Session, order_id: int, *, by: Actor, why: str) -> Cancelled:
    """Cancel an order before anything left the house: goods freed, labels voided, all money sent back.

    Raises IllegalMoveError, and then nothing changed, when a part is on its way or all was delivered; buyers
    may cancel until packing began. Asked under the locks of `queries.locked_house`, so that a packer who
    begins at this moment is either before it or after it. Downloads that were not delivered yet never are.
    """
    order, parts = queries.locked_house(session, order_id)
    _check_cancellable(session, order, by)
    for part in parts or _made_parts(session, order_id):
        shipment = queries.live_shipment(session, part.id)
        if shipment is not None:
            unpack(session, shipment, by=by, why=why)
        part.become(FulfillmentState.CANCELLED)
        part.ended_at = clock.now()
        stock.move(session, _moves(part, MovementKind.RELEASE), by=by)
        session.add(part.event("cancelled", by, at=clock.now(), why=why))
    cancelled = agreement.cancel(session, order_id, by=by, why=why)
    refunds = [
        money.request_refund(session, _everything_left(session, cancelled, payment, why), by=by)
        for payment in agreement.money_of(session, order_id)
        if payment.refundable > 0
    ]
    return Cancelled(cancelled, tuple(refunds))


def correct_delivery(session: Session, order_id: int, corrected: OrderDelivery, *, by: Actor) -> None:
    """Replace where an order's parcels go, under the locks of `queries.locked_house`.

    A box that waits with a bought label is opened again, the label is voided, and the desk packs it anew.
    What has left follows its label: no carrier of ours takes another address then, so the page says it.
    Raises ConflictError while a label is being bought, once we printed one or all has left, for another
    country, or when all is over.
    """
    order, parts = queries.locked_house(session, order_id)
    if order.state not in {OrderState.PLACED, OrderState.AWAITING_PAYMENT}:
        raise ConflictError("This order is over. Nothing more is sent for it.")
    if not queries.can_correct_address(session, order_id):
        raise ConflictError("The label has just been printed; the parcel follows it now.")
    for part in parts:
        shipment = queries.live_shipment(session, part.id)
        if shipment is not None and shipment.state is ShipmentState.PACKED:
            unpack(session, shipment, by=by, why="the address was corrected")
    agreement.correct_delivery(session, order, corrected, by=by)


def can_buyer_cancel(session: Session, order: Order) -> bool:
    """Say whether an order's own buyer may cancel it now."""
    return (
        order.state is OrderState.PLACED
        and order.delivered_at is None
        and not queries.is_on_its_way(session, order.id)
        and not _is_being_packed(session, order.id)
    )


def _check_cancellable(session: Session, order: Order, by: Actor) -> None:
    if order.state is not OrderState.PLACED:
        raise IllegalMoveError(f"This order is {order.state.replace('_', ' ')}: it cannot be cancelled.")
    if order.delivered_at is not None:
        raise IllegalMoveError("This order was delivered. Refund it, or take a return.")
    if queries.is_on_its_way(session, order.id):
        raise IllegalMoveError("A parcel is on its way. Wait for it and take a return, or refund a part.")
    if by.kind in {ActorKind.BUYER, ActorKind.GUEST} and _is_being_packed(session, order.id):
        raise IllegalMoveError("This order is being packed. Write to us, or send it back when it comes.")


def _is_being_packed(session: Session, order_id: int) -> bool:
    return any(
        queries.live_shipment(session, part.id) or any(line.packed for line in part.lines)
        for part in queries.parts_of(session, order_id)
    )


def unpack(session: Session, shipment: Shipment, *, by: Actor, why: str = "") -> None:
    """Open a packed shipment again: its labels are voided, its goods are back beside the box.

    Raises IllegalMoveError once it was handed over.
    """
    shipment.become(ShipmentState.UNPACKED)
    shipment.ended_at = clock.now()
    for parcel in queries.locked_parcels(session, shipment.id):
        drop_label(session, parcel)
    part = queries.part(session, shipment.fulfillment_order_id)
    for line in part.lines:
        line.packed = 0
    session.add(part.event("unpacked", by, at=clock.now(), why=why))
    session.flush()


def drop_label(session: Session, parcel: Parcel) -> None:
    """Give up a parcel's label; the carrier hears of it after the commit, if it may have sold one."""
    if parcel.label_state in DROPPED or parcel.label_state is LabelState.NONE:
        return
    parcel.label_become(LabelState.VOID_WANTED)
    parcel.asked_at = clock.now()
    outbox.say(session, "label.void_wanted", parcel=parcel.id)


def _everything_left(session: Session, order: Order, payment: Payment, why: str) -> RefundAsked:
    """Return a refund of all that a payment still holds, by line where the lines explain it."""
    found = refundable(session, order)
    parts = [RefundPart(one.order_line_id, one.units_left, one.left, one.most) for one in found.shares]
    parts.append(RefundPart(None, 0, found.delivery.left, found.delivery.most))
    if sum(part.amount for part in parts) != payment.refundable:
        parts = [RefundPart(None, 0, payment.refundable, order.total + payment.captured)]
    return RefundAsked(payment.id, tuple(part for part in parts if part.amount), why)


def forget(session: Session, order_id: int) -> None:
    """Cut an order's parcels from what leads to their person: label and tracking, here and at the carrier."""
    theirs = select(Shipment.id).where(Shipment.order_id == order_id)
    session.execute(
        update(Parcel)
        .where(Parcel.shipment_id.in_(theirs))
        .values(label_ref=None, label_file=None, tracking=None)
    )
