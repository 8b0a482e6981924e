"""Printing an address ourselves: while the parcel is made, on record, and told to no computer outside."""

from dataclasses import replace

from sqlalchemy.orm import Session

from oms.fulfillment import queries
from oms.fulfillment.labels.actions import check_in_the_making, disclose, sender_of
from oms.fulfillment.printing.queries import AddressLabel, postal_lines, sender_lines
from oms.fulfillment.states import LabelState
from oms.kernel import clock, vault
from oms.kernel.audit import Actor
from oms.kernel.errors import IllegalMoveError
from oms.kernel.register import Purpose
from oms.orders import queries as orders
from oms.orders.personal import OrderDelivery


def address_label(session: Session, shipment_id: int, *, by: Actor) -> AddressLabel:
    """Return the address label of a packed shipment whose carrier sells none; the opening is on record.

    The first printing is the disclosure to whoever carries the parcel, without the phone number. Raises
    IllegalMoveError once it was handed over, or where a carrier's own label is used.
    """
    shipment = queries.locked_way(session, shipment_id)
    check_in_the_making(shipment)
    parcels = queries.live_parcels(session, shipment_id)
    if not parcels or parcels[-1].label_state is not LabelState.NONE or shipment.service == "pickup":
        raise IllegalMoveError("This parcel travels with a label of its carrier, or with none.")
    order = orders.get(session, shipment.order_id)
    address = vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.DELIVERY, by=by)
    if address is None:
        raise IllegalMoveError("The address of this order is gone: nothing can be sent.")
    if parcels[-1].labelled_at is None:
        disclose(session, order, parcels[-1])
        parcels[-1].labelled_at = clock.now()
    return AddressLabel(
        sender=sender_lines(sender_of(session, shipment)),
        to=postal_lines(replace(address, phone="")),
        number=parcels[-1].reference,
        service=f"{parcels[-1].grams} g",
    )
