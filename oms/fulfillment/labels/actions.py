"""What becomes of a label: the carrier told, the answer kept sealed, a refusal noted, a void noted."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.fulfillment import queries
from oms.fulfillment.actions import drop_label
from oms.fulfillment.models import Parcel, Shipment
from oms.fulfillment.personal import CARRIER, ShipmentLabel, ShipmentTracking
from oms.fulfillment.states import DROPPED, LabelState, ShipmentState
from oms.inventory.models import Warehouse
from oms.kernel import clock, egress, files, outbox, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.egress import Occasion, Payload
from oms.kernel.errors import BadInputError, IllegalMoveError
from oms.kernel.register import Job, Purpose
from oms.kernel.vault import Keys
from oms.orders import queries as orders
from oms.orders.models import Order, OrderLine, unit_of
from oms.shipping.carriers.known import CARRIERS
from oms.shipping.carriers.wire import Bought, LabelRefusedError, Place, Wanted
from oms.shipping.customs import CustomsLine, must_declare

SHOP = "Counterfoil Stationers"


@dataclass(frozen=True, slots=True)
class Asking:
    """A label that is wanted of a carrier, before anything of a person was opened."""

    parcel_id: int
    carrier: str
    reference: str
    unit: str
    subject_id: UUID | None = field(repr=False)


def asking(session: Session, parcel_id: int) -> Asking | None:
    """Return what to ask for; None when this label is not wanted any more."""
    parcel = session.get(Parcel, parcel_id)
    if parcel is None or parcel.label_state is not LabelState.WANTED:
        return None
    order = _order_of(session, parcel)
    return Asking(
        parcel.id, parcel.carrier, parcel.reference, order.unit, vault.subject_of(session, order.unit)
    )


def tell_carrier(session: Session, parcel_id: int) -> Wanted | None:
    """Write the disclosure and return what the carrier is told; None when the label is not wanted any more.

    Raises LabelRefusedError when the address is gone or the goods cannot be declared.
    """
    parcel = queries.locked_parcel(session, parcel_id)
    if parcel.label_state is not LabelState.WANTED:
        return None
    shipment = queries.shipment(session, parcel.shipment_id)
    order = orders.get(session, shipment.order_id)
    told = disclose(session, order, parcel)
    sender = sender_of(session, shipment)
    return Wanted(
        key=parcel.reference,
        reference=parcel.reference,
        service=parcel.service,
        sender=sender,
        to=place_told(told),
        grams=parcel.grams,
        currency=order.currency,
        customs=_customs(session, order, shipment, sender.country),
    )


def disclose(session: Session, order: Order, parcel: Parcel) -> Payload:
    """Open the address and write that the carrier gets it; a phone number only where the service needs one.

    Raises LabelRefusedError when the address is gone, or a number is needed that is not there or is locked.
    """
    kind = orders.delivery_type(order)
    address = vault.open_record(
        session, kind, order.unit, purpose=Purpose.DELIVERY, by=SYSTEM.doing(Job.LABELS)
    )
    subject_id = vault.subject_of(session, order.unit)
    if address is None or subject_id is None:
        raise LabelRefusedError("There is no address of this order, or no more: nothing can be sent.")
    service = CARRIERS[parcel.carrier].service(parcel.service)
    if service is None or not service.needs_phone:
        address = replace(address, phone="")
    elif not address.phone:
        raise LabelRefusedError("This service calls first, and there is no number to call: take another one.")
    occasion = Occasion(order.unit, subject_id, Purpose.DELIVERY)
    return egress.disclose(session, CARRIER.name, occasion, [address])


def place_told(told: Payload) -> Place:
    """Return where a parcel goes, from what the carrier may be told."""
    return Place(
        name=told.text("name"),
        lines=(told.text("street") or told.text("city"),),
        country=told.text("country"),
        city=told.text("city"),
        region=told.text("region"),
        postcode=told.text("postcode"),
        phone=told.text("phone"),
    )


def sender_of(session: Session, shipment: Shipment) -> Place:
    """Return the warehouse as a label names it."""
    part = queries.part(session, shipment.fulfillment_order_id)
    house = session.get_one(Warehouse, part.warehouse_id)
    return Place(
        name=SHOP,
        lines=(house.street or house.name,),
        country=house.country,
        city=house.city or house.name,
        postcode=house.postcode,
    )


def _customs(session: Session, order: Order, shipment: Shipment, origin: str) -> tuple[CustomsLine, ...]:
    if not must_declare(origin, order.country):
        return ()
    part = queries.part(session, shipment.fulfillment_order_id)
    units = {line.order_line_id: line.quantity for line in part.lines}
    found = session.scalars(
        select(OrderLine).where(OrderLine.id.in_(units)).order_by(OrderLine.position)
    ).all()
    bare = [line.sku for line in found if not line.hs_code or not line.origin]
    if bare:
        raise LabelRefusedError(f"{bare[0]} has no customs code or origin: give it one in the catalog.")
    return tuple(
        CustomsLine(line.title, line.hs_code, line.origin, units[line.id], line.unit_price, line.grams)
        for line in found
    )


def note_label(session: Session, parcel_id: int, bought: Bought, keys: Keys | None) -> bool:
    """Keep a label: its page and its tracking number sealed. A label that came too late is voided again.

    So is one whose person was let go of while the carrier was asked; `keys` are None where nobody is left.
    """
    parcel = queries.locked_parcel(session, parcel_id)
    if parcel.label_state is not LabelState.WANTED:
        if parcel.label_state in DROPPED:
            outbox.say(session, "label.void_wanted", parcel=parcel.id)
        return False
    if keys is None or _order_of(session, parcel).forgotten_at is not None:
        drop_label(session, parcel)
        return False
    parcel.tracking = vault.seal(session, ShipmentTracking(bought.tracking), keys)
    parcel.label_file = files.store(session, ShipmentLabel(f"{parcel.reference}.pdf"), bought.pdf, keys)
    parcel.label_ref = bought.label_ref
    if bought.price is not None:
        parcel.postage, parcel.currency = bought.price.amount, bought.price.currency
    parcel.label_become(LabelState.BOUGHT)
    parcel.label_problem, parcel.labelled_at = "", clock.now()
    _note(session, parcel, "label bought")
    outbox.say(session, "label.bought", parcel=parcel.id)
    return True


def note_refusal(session: Session, parcel_id: int, why: str) -> None:
    """Note that the carrier will not sell this label: the box waits for another weight or carrier."""
    parcel = queries.locked_parcel(session, parcel_id)
    if parcel.label_state is LabelState.WANTED:
        parcel.label_become(LabelState.REFUSED)
        parcel.label_problem = why[:200]
        _note(session, parcel, "label refused", why=why)


def note_silence(session: Session, parcel_id: int, why: str) -> None:
    """Note that the carrier does not answer; the label stays wanted and is asked for again by the clock."""
    parcel = queries.locked_parcel(session, parcel_id)
    if parcel.label_state is LabelState.WANTED:
        parcel.label_problem, parcel.asked_at = why[:200], clock.now()


def note_void(session: Session, parcel_id: int, why: str = "") -> None:
    """Note that the carrier has no label of this parcel, or will not take it back."""
    parcel = queries.locked_parcel(session, parcel_id)
    if parcel.label_state is LabelState.VOID_WANTED:
        parcel.label_become(LabelState.VOIDED)
        parcel.label_problem = why[:200]
        _note(session, parcel, "label voided", why=why)


def type_tracking(session: Session, shipment_id: int, number: str, keys: Keys) -> None:
    """Keep a tracking number that was typed at the desk, for a parcel whose address we printed ourselves.

    Raises BadInputError for what is no such number, IllegalMoveError for a parcel that has one.
    """
    plain = "".join(number.split()).upper()
    if not (plain.isascii() and plain.isalnum() and 6 <= len(plain) <= 40):  # noqa: PLR2004 - of any carrier
        raise BadInputError("A tracking number has 6 to 40 letters and digits.", field="tracking")
    shipment = queries.locked_way(session, shipment_id)
    parcels = [p for p in queries.locked_parcels(session, shipment_id) if p.label_state not in DROPPED]
    if not parcels or parcels[-1].label_state is not LabelState.NONE or parcels[-1].tracking is not None:
        raise IllegalMoveError("This parcel has a tracking number already.")
    parcel = parcels[-1]
    parcel.tracking = vault.seal(session, ShipmentTracking(plain), keys)
    _note(session, parcel, "tracking number typed")
    outbox.say(session, "shipment.numbered", shipment=shipment_id, order=shipment.order_id)


def open_label(session: Session, parcel_id: int, *, by: Actor) -> bytes:
    """Return a bought label to print, while its parcel is being made; the opening is written to the audit.

    Raises IllegalMoveError once the parcel was handed over or unpacked: the address is closed then.
    """
    parcel = queries.locked_parcel(session, parcel_id)
    check_in_the_making(queries.shipment(session, parcel.shipment_id))
    if parcel.label_state is not LabelState.BOUGHT or parcel.label_file is None:
        raise IllegalMoveError("This parcel has no label to print.")
    found = files.open_file(session, parcel.label_file, purpose=Purpose.DELIVERY, by=by)
    if found is None:
        raise IllegalMoveError("This label is gone.")
    return found.content


def check_in_the_making(shipment: Shipment) -> None:
    """Raise IllegalMoveError unless a shipment is packed and in the house: only then an address is shown."""
    if shipment.state is not ShipmentState.PACKED:
        raise IllegalMoveError("The address is shown only while its parcel is being made.")


def _order_of(session: Session, parcel: Parcel) -> Order:
    return orders.get(session, queries.shipment(session, parcel.shipment_id).order_id)


def _note(session: Session, parcel: Parcel, what: str, *, why: str = "") -> None:
    shipment = queries.shipment(session, parcel.shipment_id)
    part = queries.part(session, shipment.fulfillment_order_id)
    session.add(part.event(what, SYSTEM, at=clock.now(), why=why))


def prepare(session: Session, order_number: str) -> Keys | None:
    """Make the keys that a label of an order needs; None when nothing of its person is left."""
    unit = unit_of(order_number)
    subject_id = vault.subject_of(session, unit)
    return vault.prepare(subject_id, unit, ShipmentTracking, ShipmentLabel) if subject_id else None
