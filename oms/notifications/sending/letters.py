"""What the mails about sending say, from rows alone."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.fulfillment import queries as fulfillment
from oms.fulfillment.models import FulfillmentLine, Shipment
from oms.kernel import clock
from oms.kernel.money import Money
from oms.notifications import letters
from oms.notifications.actions import Written
from oms.notifications.pages import Reader, write
from oms.orders.models import Order, OrderLine
from oms.payments.models import Payment
from oms.shipping.carriers.known import CARRIERS


def shipped(session: Session, order: Order, shipment: Shipment, reader: Reader) -> Written:
    """Write which parcel is on its way, with whom, what is in it, and when it should arrive."""
    _ = reader.say
    parts = fulfillment.parts_of(session, order.id)
    carrier = CARRIERS[shipment.carrier]
    number = next(i for i, part in enumerate(parts, 1) if part.id == shipment.fulfillment_order_id)
    several = _("Parcel %(number)s of %(count)s", number=str(number), count=str(len(parts)))
    return write(
        "shipped",
        _("Your order %(number)s is on its way", number=order.number),
        reader,
        order=letters.shown(order, reader),
        parcel={
            "title": several if len(parts) > 1 else _("The parcel"),
            "carrier": carrier.name if carrier.sells_labels else _("the post"),
            "arrives": _arrives(order, shipment, reader),
        },
        contents=_contents(session, shipment),
    )


def _arrives(order: Order, shipment: Shipment, reader: Reader) -> str:
    _ = reader.say
    if not order.days_most:
        return ""
    sent = shipment.handed_over_at or clock.now()
    return _("It should be with you by %(day)s.", day=reader.day(sent + timedelta(days=order.days_most)))


def _contents(session: Session, shipment: Shipment) -> list[tuple[str, str]]:
    rows = session.execute(
        select(OrderLine.title, OrderLine.choices, FulfillmentLine.quantity)
        .join(OrderLine, OrderLine.id == FulfillmentLine.order_line_id)
        .where(FulfillmentLine.fulfillment_order_id == shipment.fulfillment_order_id)
        .order_by(OrderLine.position)
    )
    return [(f"{title}, {choices}" if choices else title, str(quantity)) for title, choices, quantity in rows]


def late_payment(order: Order, payment: Payment, reader: Reader) -> Written:
    """Write that money came after the goods had gone, and that it goes back."""
    _ = reader.say
    return write(
        "late_payment",
        _("Your payment goes back to you"),
        reader,
        order=letters.shown(order, reader),
        goods=[line.title for line in order.lines],
        amount=reader.money(Money(payment.captured, payment.currency)),
        arrives=_("Banks take up to ten days."),
    )
