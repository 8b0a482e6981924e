"""Which facts about sending are told by mail."""

from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as shipments
from oms.kernel import jobs
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS
from oms.notifications.sending import letters as words
from oms.orders import queries as orders
from oms.orders.states import OrderState
from oms.payments.models import Payment


@jobs.on("shipment.handed_over", role=Role.WORKER, patience=MAILS)
def tell_shipped(message: Message) -> None:
    """Tell that a parcel is on its way; what is collected in person has arrived already."""
    with reading() as session:
        shipment = shipments.shipment(session, message.number("shipment"))
        if fulfillment.is_collected(shipment):
            return
        order = orders.get(session, shipment.order_id)
        written = words.shipped(session, order, shipment, letters.reader_of(order))
        letter = letters.letter(session, order, "shipped", str(shipment.id), written)
    if letter is not None:
        runs.post(letter)


@jobs.on("order.sent_back", role=Role.WORKER, patience=MAILS)
def tell_too_late(message: Message) -> None:
    """Tell that a payment came after the goods had gone; other money that goes back has the refund's mail."""
    with reading() as session:
        order = orders.get(session, message.number("order"))
        if order.state is not OrderState.LAPSED:
            return
        payment = session.get_one(Payment, message.number("payment"))
        written = words.late_payment(order, payment, letters.reader_of(order))
        letter = letters.letter(session, order, "late_payment", str(payment.id), written)
    if letter is not None:
        runs.post(letter)
