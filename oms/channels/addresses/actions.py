"""Whether an address is needed, and keeping it: once, for what we send, and not after it was erased."""

from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from oms.channels.connectors.wire import Address
from oms.channels.models import ChannelOrder, Connection
from oms.channels.selling import queries
from oms.channels.states import SoldState
from oms.fulfillment import queries as sending
from oms.fulfillment.models import FulfillmentOrder
from oms.fulfillment.states import FulfillmentState
from oms.kernel import clock, ids, places, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.register import kind_of
from oms.kernel.vault import Keys
from oms.kernel.vault.models import SealedRow
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order, OrderHold, unit_of
from oms.orders.personal import ChannelDelivery
from oms.orders.placing.actions import postcode_prefix
from oms.orders.states import OrderState
from oms.shipping.carriers.known import CARRIERS

GONE = "Its address is gone, so nothing can be sent: refund it at the marketplace, and cancel it here."
FORBIDDEN = "The marketplace does not let its app ask for the address: give it that right there."
ELSEWHERE = "The marketplace names another country than the order's: look at it there."


@dataclass(frozen=True, slots=True)
class Needed:
    """An address that is needed: of which order, asked for by which connection under which name there."""

    connection: Connection
    ref: str
    unit: str


def needed(session: Session, order_id: int) -> Needed | None:
    """Return what to ask for; None where nothing is to be sent, or where it is known or was erased.

    What was erased stays so, whoever tells of it again: also where a restore forgot the order itself.
    """
    order = orders.get(session, order_id)
    found = queries.of_order(session, order_id)
    if found is None or not _is_to_send(order) or found[0].state is not SoldState.TO_SEND:
        return None
    row, connection = found
    return Needed(connection, row.ref, order.unit) if _is_lacking(session, order) else None


def _is_to_send(order: Order) -> bool:
    is_running = order.state is OrderState.PLACED and order.delivered_at is None
    return is_running and order.forgotten_at is None and not order.is_digital


def _is_lacking(session: Session, order: Order) -> bool:
    theirs = (SealedRow.unit == order.unit, SealedRow.kind == kind_of(ChannelDelivery).name)
    is_known = session.scalar(select(SealedRow.id).where(*theirs).limit(1)) is not None
    return not is_known and not vault.was_destroyed(order.unit, ChannelDelivery)


def with_people(session: Session, code: str, ref: str) -> list[Order]:
    """Return an account's orders whose person is not wholly let go of: the one of a reference, or all."""
    is_kept = exists().where(SealedRow.unit == func.concat(unit_of(""), Order.number))
    theirs = (
        select(Order)
        .join(ChannelOrder, ChannelOrder.order_id == Order.id)
        .join(Connection, Connection.id == ChannelOrder.connection_id)
        .where(Connection.code == code, or_(Order.forgotten_at.is_(None), is_kept))
        .order_by(Order.id)
    )
    return list(session.scalars(theirs.where(ChannelOrder.ref == ref) if ref else theirs))


def prepare(unit: str) -> Keys:
    """Make the key of an address, before the transaction."""
    return vault.prepare(ids.new_id(), unit, ChannelDelivery)


def keep(session: Session, order_id: int, told: Address, keys: Keys) -> bool:
    """Seal an address, with a number only where the carrier calls; False where it is not needed any more.

    One in another country than the order's is not kept, and the order waits: its tax was the country's.

    Raises TransferRefusedError where addresses of people may not be kept.
    """
    places.require_stores()
    order = orders.locked(session, order_id)
    if not _is_to_send(order) or not _is_lacking(session, order):
        return False
    if told.country != order.country:
        _hold_once(session, order, ELSEWHERE)
        return False
    carrier = CARRIERS.get(order.carrier)
    service = carrier.service(order.service) if carrier else None
    record = ChannelDelivery(
        name=told.name,
        street=told.street,
        country=told.country,
        city=told.city,
        postcode=told.postcode,
        region=told.region,
        phone=told.phone if service is not None and service.needs_phone else "",
    )
    vault.seal(session, record, keys)
    for held in orders.open_holds(session, order.id):
        if held.why == FORBIDDEN:
            agreement.lift_hold(session, held.id, by=SYSTEM, why="the address came")
    order.postcode_prefix = postcode_prefix(told.postcode)
    session.add(order.event("address fetched", SYSTEM, at=clock.now()))
    return True


def has_left(session: Session, order_id: int) -> bool:
    """Say whether nothing of an order is in the house any more, nor still to come into it."""
    parts = [p for p in sending.parts_of(session, order_id) if p.state is not FulfillmentState.CANCELLED]
    return bool(parts) and all(part.state is FulfillmentState.CLOSED for part in parts)


def wait_for_leave(session: Session, order_id: int) -> None:
    """Have an order wait whose address may not be asked for there, until it comes."""
    order = orders.locked(session, order_id)
    if _is_to_send(order) and _is_lacking(session, order):
        _hold_once(session, order, FORBIDDEN)


def stop(session: Session, order_id: int) -> None:
    """Have an order wait whose person has to go, or is gone, while something of it is still to be sent."""
    order = orders.locked(session, order_id)
    is_running = order.state is OrderState.PLACED and order.delivered_at is None and not order.is_digital
    if is_running and not has_left(session, order_id):
        _hold_once(session, order, GONE)


def is_barred(session: Session, order_id: int) -> bool:
    """Say whether the address of an order was erased before it came."""
    order = orders.get(session, order_id)
    return _is_to_send(order) and vault.was_destroyed(order.unit, ChannelDelivery)


def without_people(session: Session) -> list[int]:
    """Return orders of marketplaces of which something is still to be sent, to nobody any more.

    One that waits for this, or that somebody let go on all the same, is none of them.
    """
    is_told = exists().where(OrderHold.order_id == Order.id, OrderHold.why == GONE)
    part = exists().where(FulfillmentOrder.order_id == Order.id)
    is_here = part.where(FulfillmentOrder.state.in_([FulfillmentState.OPEN, FulfillmentState.IN_PROGRESS]))
    is_begun = part.where(FulfillmentOrder.state != FulfillmentState.CANCELLED)
    running = (Order.channel != "", Order.state == OrderState.PLACED, Order.delivered_at.is_(None))
    gone = select(Order.id).where(*running, Order.forgotten_at.is_not(None), ~Order.is_digital)
    return list(session.scalars(gone.where(~is_told, or_(is_here, ~is_begun)).order_by(Order.id)))


def refs_of_nobody(session: Session, code: str) -> list[str]:
    """Return what an account calls the orders of which none was made here, such as those that wait."""
    theirs = (Connection.code == code, ChannelOrder.order_id.is_(None))
    found = select(ChannelOrder.ref).join(Connection, Connection.id == ChannelOrder.connection_id)
    return list(session.scalars(found.where(*theirs).order_by(ChannelOrder.id)))


def _hold_once(session: Session, order: Order, why: str) -> None:
    if all(one.why != why for one in orders.open_holds(session, order.id)):
        agreement.hold(session, order.id, why, by=SYSTEM)
