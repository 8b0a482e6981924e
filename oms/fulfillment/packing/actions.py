"""Packing: each thing scanned into the box, the box closed, its label wanted, its carrier changed."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from oms.fulfillment import queries
from oms.fulfillment.actions import drop_label, hand_over, unpack
from oms.fulfillment.models import FulfillmentOrder, Parcel, Shipment
from oms.fulfillment.picking.actions import Counted
from oms.fulfillment.scanning import read_scan, variant_of
from oms.fulfillment.states import FulfillmentState, LabelState, ShipmentState
from oms.kernel import clock, outbox, vault
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError, ConflictError, IllegalMoveError
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.shipping.carriers.known import CARRIERS, Carrier

HEAVIEST = 30_000


@dataclass(frozen=True, slots=True)
class Box:
    """A closed box and how it travels; weight in grams, with its wrapping."""

    grams: int
    carrier: str
    service: str


def put_in_box(session: Session, part_id: int, scanned: str) -> Counted:
    """Count a thing into the box; raises BadInputError for what does not belong there, or no more of it."""
    scan = read_scan(scanned)
    part = _packable(session, part_id)
    found = variant_of(session, scan.code)
    lines = [line for line in part.lines if found is not None and line.variant_id == found.id]
    if found is None or not lines:
        raise BadInputError(f"{scan.code} does not belong in this box. Take it out.", field="scan")
    wanted, inside = sum(line.quantity for line in lines), sum(line.packed for line in lines)
    if inside + scan.units > wanted:
        raise BadInputError(
            f"This box takes {wanted} of {found.sku}, and {inside} are in it. Take {scan.units} out.",
            field="scan",
        )
    left = scan.units
    for line in lines:
        room = min(left, line.quantity - line.packed)
        line.packed += room
        left -= room
    return Counted(found.sku, inside + scan.units, wanted)


def empty_box(session: Session, part_id: int, *, by: Actor) -> None:
    """Begin to pack again from an empty box; a label that was bought for it is voided."""
    part = queries.locked_box(session, part_id)
    shipment = queries.live_shipment(session, part_id)
    if shipment is not None:
        unpack(session, shipment, by=by, why="packed again")
    for line in part.lines:
        line.packed = 0


def _packable(session: Session, part_id: int) -> FulfillmentOrder:
    part = queries.locked_box(session, part_id)
    if part.state is not FulfillmentState.IN_PROGRESS:
        raise IllegalMoveError("This was not picked, has been sent, or was cancelled.")
    if queries.live_shipment(session, part_id) is not None:
        raise ConflictError("This box is closed. Empty it to pack it again.")
    return part


def close_box(session: Session, part_id: int, box: Box, *, by: Actor) -> Shipment:
    """Close a box: a packed shipment with one parcel, whose label is wanted where a carrier sells one.

    Raises ConflictError while something is missing or the order is on hold, BadInputError for a weight or a
    service that cannot be; then nothing changed.
    """
    part = _packable(session, part_id)
    if any(line.packed < line.quantity for line in part.lines):
        raise ConflictError("Something is missing in the box. Scan everything that belongs in it.")
    _check_not_held(session, part.order_id)
    carrier = _checked(session, part, box)
    shipment = Shipment(
        fulfillment_order_id=part.id,
        order_id=part.order_id,
        state=ShipmentState.PACKED,
        carrier=box.carrier,
        service=box.service,
        packed_at=clock.now(),
    )
    session.add(shipment)
    session.flush()
    session.add(part.event("packed", by, at=clock.now()))
    _add_parcel(session, shipment, box.grams, carrier)
    return shipment


def give_away(session: Session, shipment_id: int, *, by: Actor) -> Shipment:
    """Give a closed box to its carrier, or to its buyer in person; again, nothing changes.

    Raises ConflictError while the order is on hold, else what `hand_over` raises; then nothing changed. The
    carrier's own word that it has a parcel is not asked for holds: it has left.
    """
    shipment = queries.locked_way(session, shipment_id)
    if shipment.state is ShipmentState.PACKED:
        _check_not_held(session, shipment.order_id)
    return hand_over(session, shipment_id, by=by)


def _check_not_held(session: Session, order_id: int) -> None:
    if orders.open_holds(session, order_id):
        raise ConflictError("This order is on hold. Lift the hold first.")


def _checked(session: Session, part: FulfillmentOrder, box: Box) -> Carrier:
    carrier = CARRIERS.get(box.carrier)
    service = carrier.service(box.service) if carrier else None
    if carrier is None or service is None:
        raise BadInputError("Choose a service of a carrier.", field="service")
    order = orders.get(session, part.order_id)
    if order.is_pickup != (service.code == "pickup"):
        raise BadInputError(
            "What is collected is not sent, and what is sent is not collected.", field="service"
        )
    if service.needs_phone and not has_phone(session, order):
        raise BadInputError("This service needs a phone number, and the order has none.", field="service")
    if not 1 <= box.grams <= HEAVIEST:
        raise BadInputError(f"Give the weight in grams, 1 to {HEAVIEST}.", field="weight")
    return carrier


def has_phone(session: Session, order: Order) -> bool:
    """Say whether a phone number was asked for this order, and may be used; nothing is opened."""
    carrier = CARRIERS.get(order.carrier)
    chosen = carrier.service(order.service) if carrier else None
    if chosen is None or not chosen.needs_phone:
        return False
    return not vault.stands_apart(session, order.unit, orders.delivery_type(order), "phone")


def _add_parcel(session: Session, shipment: Shipment, grams: int, carrier: Carrier) -> Parcel:
    state = LabelState.WANTED if carrier.sells_labels else LabelState.NONE
    parcel = Parcel(
        shipment_id=shipment.id,
        carrier=shipment.carrier,
        service=shipment.service,
        grams=grams,
        label_state=state,
        asked_at=clock.now(),
        made_at=clock.now(),
    )
    session.add(parcel)
    session.flush()
    if carrier.sells_labels:
        outbox.say(session, "label.wanted", parcel=parcel.id)
    return parcel


def change_carrier(session: Session, shipment_id: int, box: Box, *, by: Actor) -> None:
    """Send a packed shipment another way: its label is dropped, and another parcel takes its place.

    Raises IllegalMoveError once it was handed over, BadInputError as `close_box`.
    """
    shipment = queries.locked_way(session, shipment_id)
    if shipment.state is not ShipmentState.PACKED:
        raise IllegalMoveError("This is not in the house any more.")
    part = queries.part(session, shipment.fulfillment_order_id)
    carrier = _checked(session, part, box)
    for parcel in queries.locked_parcels(session, shipment_id):
        if parcel.label_state is LabelState.NONE:
            session.delete(parcel)
        drop_label(session, parcel)
    shipment.carrier, shipment.service = box.carrier, box.service
    session.add(part.event("carrier changed", by, at=clock.now()))
    _add_parcel(session, shipment, box.grams, carrier)


def ask_again(session: Session, shipment_id: int) -> None:
    """Ask the carrier again for the labels that are wanted, now instead of by the clock."""
    queries.locked_way(session, shipment_id)
    for parcel in queries.locked_parcels(session, shipment_id):
        if parcel.label_state is LabelState.WANTED:
            parcel.label_problem = ""
            outbox.say(session, "label.wanted", parcel=parcel.id)
