"""That a parcel is on its way, for whoever wants it as a text; and what the service reports of texts."""

from uuid import UUID

from sqlalchemy.orm import Session

from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as shipments
from oms.kernel import clock, inbox, jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import letters
from oms.notifications.actions import MAILS
from oms.notifications.pages import SHOP_NAME
from oms.notifications.texting import actions, gateway, runs
from oms.notifications.texting.actions import Text
from oms.notifications.texting.states import TextState
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.privacy.breaches import actions as breaches


def configure(settings: Settings) -> None:
    """Tell the gateway its service, if there is one."""
    gateway.configure(settings)


@jobs.on("shipment.handed_over", role=Role.WORKER, patience=MAILS)
def text_shipped(message: Message) -> None:
    """Tell that a parcel is on its way, where a number was given and its person said yes to texts."""
    if not gateway.is_on():
        return
    with reading() as session:
        shipment = shipments.shipment(session, message.number("shipment"))
        order = orders.get(session, shipment.order_id)
        is_sent = not fulfillment.is_collected(shipment)
        text = _shipped(session, order, str(shipment.id)) if is_sent else None
    if text is not None:
        runs.post(text)


def _shipped(session: Session, order: Order, thing: str) -> Text | None:
    unit = order.unit
    by, mails = SYSTEM.doing(Job.TEXTS), SYSTEM.doing(Job.LETTERS)
    to = vault.open_record(session, OrderDelivery, unit, purpose=Purpose.DELIVERY, by=by)
    contact = vault.open_record(session, OrderContact, unit, purpose=Purpose.ORDER_MESSAGES, by=mails)
    subject_id = vault.subject_of(session, unit)
    if to is None or not to.phone or subject_id is None:
        return None
    reader = letters.reader_of(order)
    words = reader.say(
        "%(shop)s: your order %(number)s is on its way. %(url)s Reply STOP to end texts.",
        shop=SHOP_NAME,
        number=order.number,
        url=f"{reader.home}/orders/{order.number}",
    )
    mailbox = contact.email if contact else ""
    return Text("shipped", thing, unit, subject_id, to, Purpose.DELIVERY, words, mailbox)


@jobs.on("texts.told", role=Role.WORKER)
def believe(message: Message) -> None:
    """Apply a journaled event: what became of a text. What people answered was done when it came."""
    with transaction() as session:
        event = inbox.take(session, message.number("event"))
        if event is None:
            return
        event.applied_at, event.outcome = clock.now(), event.status
        if event.status not in {TextState.ARRIVED, TextState.FAILED}:
            return
        state = TextState(event.status)
        row = actions.note_report(session, UUID(event.object_id.rpartition(":")[2]), state)
        if row is None:
            event.outcome = "nothing new"
        elif row.topic == "breach":
            breaches.note_text(session, row.name, arrived=state is TextState.ARRIVED)
