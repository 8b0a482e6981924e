"""A carrier's word applied to a shipment: forward only, whatever the order in which it comes."""

from datetime import datetime

from sqlalchemy.orm import Session

from oms.fulfillment import actions, queries
from oms.fulfillment.states import DROPPED, SHIPMENT, ShipmentState
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.states import Outcome

# The carriers' words and where they leave a shipment; an exception is told, and changes nothing.
MEANS = {
    "picked_up": ShipmentState.HANDED_OVER,
    "in_transit": ShipmentState.HANDED_OVER,
    "out_for_delivery": ShipmentState.HANDED_OVER,
    "exception": ShipmentState.HANDED_OVER,
    "delivered": ShipmentState.DELIVERED,
    "returned": ShipmentState.RETURNED_TO_SENDER,
    "lost": ShipmentState.LOST,
}


def note_status(session: Session, parcel_id: int, status: str, at: datetime) -> str:
    """Apply what a carrier says of a parcel, under the locks of its shipment; return what came of it.

    Who forgot to hand a parcel over at the desk is forgiven: the carrier has it.
    """
    state = MEANS.get(status)
    if state is None:
        return "not known"
    parcel = queries.locked_parcel(session, parcel_id)
    shipment = queries.shipment(session, parcel.shipment_id)
    if parcel.label_state in DROPPED:
        return "ignored: this label was dropped"
    by = Actor(ActorKind.SYSTEM, parcel.carrier)
    if shipment.state is ShipmentState.PACKED:
        actions.hand_over(session, shipment.id, by=by)
    part = queries.part(session, shipment.fulfillment_order_id)
    session.add(part.event(f"carrier: {status}", by, at=at))
    if SHIPMENT.attempt(shipment.state, state) is not Outcome.MOVED:
        return f"noted: {shipment.state} stays"
    actions.arrive(session, shipment, state, by=by)
    return str(shipment.state)
