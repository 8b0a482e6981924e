"""Labels after the commit: bought, voided, and asked for again when the carrier was silent."""

from datetime import timedelta

from oms.fulfillment.labels import actions, queries
from oms.fulfillment.labels.actions import Asking
from oms.fulfillment.models import Parcel
from oms.fulfillment.personal import ShipmentLabel, ShipmentTracking
from oms.kernel import clock, jobs, vault
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import UnavailableError
from oms.kernel.outbox import Message
from oms.shipping import gateway
from oms.shipping.carriers.wire import Bought, LabelRefusedError

ASK_AGAIN_AFTER = timedelta(minutes=1)


@jobs.on("label.wanted", role=Role.WORKER)
def buy_label(message: Message) -> None:
    """Buy the label of a parcel, once."""
    _buy(message.number("parcel"))


@jobs.every(timedelta(minutes=1), role=Role.WORKER)
def ask_for_labels_again() -> None:
    """Ask again for labels whose answer was lost, or whose carrier did not answer."""
    with reading() as session:
        waiting = queries.unanswered(session, before=clock.now() - ASK_AGAIN_AFTER)
    for parcel_id in waiting:
        _buy(parcel_id)


def _buy(parcel_id: int) -> None:
    with reading() as session:
        asked = actions.asking(session, parcel_id)
    if asked is None:
        return
    try:
        bought = _found_or_bought(asked)
    except LabelRefusedError as error:
        with transaction() as session:
            actions.note_refusal(session, parcel_id, error.message)
        return
    except UnavailableError as error:
        with transaction() as session:
            actions.note_silence(session, parcel_id, error.message)
        return
    if bought is None:
        return
    kinds = (ShipmentTracking, ShipmentLabel)
    keys = vault.prepare(asked.subject_id, asked.unit, *kinds) if asked.subject_id else None
    with transaction() as session:
        actions.note_label(session, parcel_id, bought, keys)


def _found_or_bought(asked: Asking) -> Bought | None:
    """Look for a label of this reference first: a lost answer is no reason to tell an address twice."""
    found = gateway.find(asked.carrier, asked.reference)
    if found is not None:
        return found
    with transaction() as session:
        wanted = actions.tell_carrier(session, asked.parcel_id)
    return gateway.buy(asked.carrier, wanted) if wanted else None


@jobs.on("label.void_wanted", role=Role.WORKER)
def void_label(message: Message) -> None:
    """Give a label back that nobody sticks on a parcel; a silent carrier is asked again by the outbox."""
    with reading() as session:
        parcel = session.get_one(Parcel, message.number("parcel"))
    why = ""
    try:
        gateway.void(parcel.carrier, parcel.reference)
    except LabelRefusedError as error:
        why = error.message
    with transaction() as session:
        actions.note_void(session, parcel.id, why)
