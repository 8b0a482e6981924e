"""When the person of a marketplace's order goes: at once, or with the last word of its parcels."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from oms.channels.addresses import actions
from oms.fulfillment import queries as sending
from oms.kernel import vault
from oms.kernel.db import reading, transaction
from oms.kernel.register import Event
from oms.orders import queries as orders
from oms.orders.models import Order, unit_of
from oms.orders.personal import ChannelDelivery
from oms.privacy.retention import actions as retention

# Of a parcel nobody tells of any more, nothing stays longer than this after it left.
UNTOLD = timedelta(days=30)


def let_go(order: Order) -> None:
    """Destroy what is kept of an order's person, and cut the threads to them; again, nothing changes.

    Labels that wait to be voided are named to the carrier by our reference: nothing of this is needed for it.
    Opens transactions of its own: never call it inside one.
    """
    vault.destroy_unit(order.unit)
    with transaction() as session:
        retention.forget_order(session, order.id)
    # Whatever was being kept at that moment: from now on nothing is.
    vault.destroy_unit(order.unit)


def bar(code: str, ref: str) -> None:
    """Have the address of an account's order never be kept, whoever tells of it, also after a restore.

    An order of this number that is another's stays as it is. Opens transactions of its own: never call it
    inside one.
    """
    with reading() as session:
        known = orders.by_number(session, ref)
    unit = unit_of(ref)
    if (known is None or known.channel == code) and not vault.was_destroyed(unit, ChannelDelivery):
        actions.prepare(unit)
        vault.destroy_unit(unit)


def bind(order_id: int) -> None:
    """Set the end of all that is kept of an order's person, from how far its parcels are now.

    Looked at again afterwards, so that of two at once the one that knows more has the last word. Opens
    transactions of its own.
    """
    since = _since(order_id)
    while since is not None:
        unit, at, most = since
        for event in (Event.DELIVERED, Event.RETURN_WINDOW_ENDED):
            vault.start_clock(unit, event, at, most)
        known, since = since, _since(order_id)
        if since == known:
            return


def _since(order_id: int) -> tuple[str, datetime, timedelta] | None:
    """Return the unit, from when its days count and how many; None where no end is known yet."""
    with reading() as session:
        order = orders.get(session, order_id)
        if not order.channel:
            return None
        most = timedelta(days=orders.days_kept(order))
        at = order.delivered_at or _end_of_ways(session, order_id, most)
    return (order.unit, at, most) if at else None


def _end_of_ways(session: Session, order_id: int, most: timedelta) -> datetime | None:
    """Return when the last parcel came to an end; one that nobody tells of does so in time to be gone.

    None while a part of the order is still in the house: its address is needed.
    """
    if not actions.has_left(session, order_id):
        return None
    ends = []
    for way in sending.shipments_of(session, order_id):
        if way.ended_at is not None:
            ends.append(way.ended_at)
        elif way.handed_over_at is not None:
            ends.append(way.handed_over_at + UNTOLD - most)
    return max(ends, default=None)
