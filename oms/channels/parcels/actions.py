"""What a marketplace is told of a parcel: units by its own lines, the carrier, the number."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.channels.connectors.wire import Sent
from oms.channels.models import Connection
from oms.channels.selling import queries
from oms.fulfillment import queries as sending
from oms.fulfillment.personal import ShipmentTracking
from oms.fulfillment.tracking.queries import tracked
from oms.kernel import egress, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.egress import Disclosure, Occasion
from oms.kernel.register import Job, Purpose
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.shipping.carriers.known import CARRIERS

_TRACKING = SYSTEM.doing(Job.TRACKING)


def connection_of(session: Session, order_id: int) -> Connection | None:
    """Return where an order was sold; None for what we sold ourselves."""
    found = queries.of_order(session, order_id)
    return found[1] if found else None


def tell(session: Session, shipment_id: int) -> Sent | None:
    """Write what a marketplace is told of a shipment, and return it; None for what we sold ourselves.

    Again, the same is told, and nothing new is written.
    """
    shipment = sending.shipment(session, shipment_id)
    found = queries.of_order(session, shipment.order_id)
    if found is None or shipment.handed_over_at is None:
        return None
    row, connection = found
    refs = {line.order_line_id: line.ref for line in row.lines}
    units: dict[str, int] = {}
    for line in sending.part(session, shipment.fulfillment_order_id).lines:
        ref = refs[line.order_line_id]
        units[ref] = units.get(ref, 0) + line.quantity
    order = orders.get(session, shipment.order_id)
    carrier = CARRIERS.get(shipment.carrier)
    return Sent(
        ref=row.ref,
        key=f"shipment-{shipment.id}",
        lines=tuple(units.items()),
        carrier=carrier.name if carrier else shipment.carrier,
        number=_number(session, order, connection, shipment_id),
        at=shipment.handed_over_at,
    )


def _number(session: Session, order: Order, connection: Connection, shipment_id: int) -> str:
    """Return the number of a parcel as it is disclosed; nothing where it has none, or is erased."""
    parcels = tracked(session, order, purpose=Purpose.DELIVERY, by=_TRACKING)
    number = next((one.number for one in parcels if one.shipment_id == shipment_id), "")
    subject_id = vault.subject_of(session, order.unit)
    if not number or subject_id is None:
        return ""
    occasion = Occasion(order.unit, subject_id, Purpose.DELIVERY, f"shipment {shipment_id}")
    told = select(Disclosure.id).where(
        Disclosure.unit == order.unit,
        Disclosure.recipient == connection.channel,
        Disclosure.message == occasion.message,
    )
    first = session.scalar(told.order_by(Disclosure.id).limit(1))
    record = ShipmentTracking(number)
    return egress.disclose_once(session, first, connection.channel, occasion, [record]).text("number")
