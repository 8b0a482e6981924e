"""Printing an address ourselves: while the parcel is made, on record, and told to no computer outside."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from oms.fulfillment import queries
from oms.fulfillment.labels.actions import check_in_the_making, disclose, open_label, sender_of
from oms.fulfillment.printing import queries as found
from oms.fulfillment.printing.queries import AddressLabel, postal_lines, sender_lines
from oms.fulfillment.states import LabelState
from oms.kernel import clock, vault
from oms.kernel.audit import Actor
from oms.kernel.errors import IllegalMoveError, RefusedError
from oms.kernel.register import Purpose
from oms.orders import queries as orders

_A_DAY = timedelta(days=1)
# A printer jams; whoever needs more than these again takes a copy of people along. See ADR 0027.
MOST_AGAIN = 20


def carrier_label(session: Session, parcel_id: int, *, by: Actor) -> bytes:
    """Return the label that a carrier sold, by the rules of `check_again` and `labels.open_label`."""
    parcel = queries.locked_parcel(session, parcel_id)
    check_again(session, orders.get(session, queries.shipment(session, parcel.shipment_id).order_id).unit, by)
    return open_label(session, parcel_id, by=by)


def check_again(session: Session, unit: str, by: Actor) -> None:
    """Let each label of an open task be printed once, and a few again; the rest is for a second person.

    Raises RefusedError for a label that somebody printed before, when they printed MOST_AGAIN again already.
    """
    before = found.printed(session, by, clock.now() - _A_DAY)
    again = {one for one, times in before.items() if times > 1}
    if unit in before and len(again | {unit}) > MOST_AGAIN:
        raise RefusedError("You printed many labels a second time today. Let a colleague print this one.")


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
    check_again(session, order.unit, by)
    kind = orders.delivery_type(order)
    address = vault.open_record(session, kind, order.unit, purpose=Purpose.DELIVERY, by=by)
    if address is None:
        raise IllegalMoveError("There is no address of this order, or no more: nothing can be sent.")
    if parcels[-1].labelled_at is None:
        disclose(session, order, parcels[-1])
        parcels[-1].labelled_at = clock.now()
    return AddressLabel(
        sender=sender_lines(sender_of(session, shipment)),
        to=postal_lines(replace(address, phone="")),
        number=parcels[-1].reference,
        service=f"{parcels[-1].grams} g",
    )
