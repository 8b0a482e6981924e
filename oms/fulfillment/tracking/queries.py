"""Reads of tracking: whose parcel a number is, and which parcels nobody told us about."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.fulfillment.models import Parcel, Shipment
from oms.fulfillment.personal import ShipmentTracking
from oms.fulfillment.states import DROPPED, LabelState, ShipmentState
from oms.kernel import vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.register import Job, Purpose
from oms.orders.models import Order


@dataclass(frozen=True, slots=True)
class Tracked:
    """A parcel with its tracking number, for its person or for asking its carrier."""

    parcel_id: int
    shipment_id: int
    carrier: str
    number: str = field(repr=False)


def parcel_of(session: Session, number: str) -> int | None:
    """Return the parcel of a tracking number, found through its blind index; None for a stranger's."""
    for found in vault.find(session, ShipmentTracking, "number", number):
        opened = vault.open_each(
            session, ShipmentTracking, found.unit, purpose=Purpose.DELIVERY, by=SYSTEM.doing(Job.TRACKING)
        )
        rows = [row_id for row_id, record in opened.items() if record.number == number]
        parcel_id = session.scalar(select(Parcel.id).where(Parcel.tracking.in_(rows)))
        if parcel_id is not None:
            return parcel_id
    return None


def is_label_on_its_way(session: Session, reference: str) -> bool:
    """Say whether a carrier speaks of a parcel whose label we have not noted yet: it should tell us later."""
    _, _, number = reference.rpartition("parcel-")
    if not (number.isascii() and number.isdecimal()) or len(number) > 15:  # noqa: PLR2004 - of an id
        return False
    parcel = session.get(Parcel, int(number))
    return parcel is not None and parcel.label_state is LabelState.WANTED


def tracked(session: Session, order: Order, *, purpose: Purpose, by: Actor) -> list[Tracked]:
    """Return the parcels of an order that have a tracking number, for the buyer's page or staff's reveal."""
    opened = vault.open_each(session, ShipmentTracking, order.unit, purpose=purpose, by=by)
    rows = session.execute(
        select(Parcel.id, Parcel.shipment_id, Parcel.carrier, Parcel.tracking)
        .join(Shipment, Shipment.id == Parcel.shipment_id)
        .where(
            Shipment.order_id == order.id,
            Shipment.state != ShipmentState.UNPACKED,
            Parcel.label_state.not_in(DROPPED),
        )
        .order_by(Parcel.id)
    )
    return [Tracked(row[0], row[1], row[2], opened[row[3]].number) for row in rows if row[3] in opened]


def silent(session: Session, carriers: list[str], *, before: datetime, most: int = 100) -> list[int]:
    """Return the orders of which a carrier should have told more since a moment, the oldest first."""
    return list(
        session.scalars(
            select(Shipment.order_id)
            .where(
                Shipment.state == ShipmentState.HANDED_OVER,
                Shipment.carrier.in_(carriers),
                Shipment.handed_over_at < before,
            )
            .order_by(Shipment.handed_over_at)
            .limit(most)
        )
    )
