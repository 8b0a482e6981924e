"""What carriers told, applied once; and asking them about parcels of which they told nothing."""

from datetime import timedelta

from oms.fulfillment.tracking import actions, queries
from oms.kernel import clock, inbox, jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.errors import UnavailableError
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.orders import queries as orders
from oms.shipping import gateway
from oms.shipping.carriers.known import HOLLOW

SILENT_AFTER = timedelta(hours=12)


@jobs.on(f"{HOLLOW.code}.told", role=Role.BLIND)
def believe(message: Message) -> None:
    """Apply a journaled event of a parcel; it knows the parcel by our own number."""
    with transaction() as session:
        event = inbox.take(session, message.number("event"))
        if event is None:
            return
        event.applied_at = clock.now()
        parcel_id = int(event.object_id.rpartition(":")[2])
        event.outcome = actions.note_status(session, parcel_id, event.status, event.occurred_at)


@jobs.every(timedelta(hours=1), role=Role.WORKER)
def ask_about_silent_parcels() -> None:
    """Ask carriers about parcels that have been away for half a day: webhooks get lost."""
    with reading() as session:
        waiting = queries.silent(session, [HOLLOW.code], before=clock.now() - SILENT_AFTER)
    for order_id in dict.fromkeys(waiting):
        with reading() as session:
            order = orders.get(session, order_id)
            parcels = queries.tracked(session, order, purpose=Purpose.DELIVERY, by=SYSTEM.doing(Job.TRACKING))
        for parcel in parcels:
            try:
                status = gateway.status(parcel.carrier, parcel.number)
            except UnavailableError:
                continue
            if status in {"delivered", "returned"}:
                with transaction() as session:
                    actions.note_status(session, parcel.parcel_id, status, clock.now())
