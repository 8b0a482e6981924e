"""How an order stands: a chip and a sentence, which anybody with its number may know."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.fulfillment import queries as sending
from oms.fulfillment.states import ON_ITS_WAY, FulfillmentState, ShipmentState
from oms.kernel import clock
from oms.orders.models import Order
from oms.orders.states import OrderState
from oms.web.filters import long_date


def summary(session: Session, order: Order) -> dict[str, Any]:
    """Return what anybody with the number may know: the state, and no more."""
    chip, said = _way(session, order) or (_state(order), _sentence(order))
    if order.forgotten_at is not None and order.state is not OrderState.LAPSED:
        said = str(_("Nobody is known by this order any more. Its counterfoil stays."))
    return {"number": order.number, "placed": "", "state": chip, "sentence": said}


def _state(order: Order) -> dict[str, str]:
    words = {
        OrderState.AWAITING_PAYMENT: (_("awaiting payment"), "waiting"),
        OrderState.PLACED: (_("placed"), "moving"),
        OrderState.CLOSED: (_("done"), "done"),
        OrderState.CANCELLED: (_("cancelled"), "gone"),
        OrderState.LAPSED: (_("never paid"), "gone"),
    }
    word, kind = words[order.state]
    if order.delivered_at is not None and order.state is OrderState.PLACED:
        word, kind = _("delivered"), "done"
    return {"word": str(word), "kind": kind}


def _sentence(order: Order) -> str:
    """Return what happens next, in plain words."""
    words = {
        OrderState.AWAITING_PAYMENT: _(
            "We wait for Stripe’s word that it is paid. This page looks again by itself."
        ),
        OrderState.LAPSED: _("No payment came, so nothing was ordered and nothing will be sent."),
        OrderState.CANCELLED: _("It was cancelled. What was paid goes back the way it came."),
    }
    if order.state in words:
        return str(words[order.state])
    if order.delivered_at is not None:
        ends = order.returns_end_at or clock.now()
        return str(_("It has arrived. You can send things back until %(day)s.", day=long_date(ends)))
    if order.is_digital:
        return str(_("Thank you. It is yours."))
    if order.is_pickup:
        return str(_("Thank you. We pack it next; this page says when you can collect it."))
    return str(_("Thank you. We pick and pack it next, and write when it leaves."))


def _way(session: Session, order: Order) -> tuple[dict[str, str], str] | None:
    """Return chip and sentence of what is ready, or has left and not arrived; None where nothing is."""
    if order.state is not OrderState.PLACED or order.delivered_at is not None:
        return None
    every = {shipment.state for shipment in sending.shipments_of(session, order.id)}
    if order.is_pickup and ShipmentState.PACKED in every:
        chip = {"word": str(_("ready to collect")), "kind": "todo"}
        return chip, str(_("It is packed. Collect it with this number."))
    states = every & ON_ITS_WAY
    if not states:
        return None
    if states & {ShipmentState.LOST, ShipmentState.RETURNED_TO_SENDER}:
        chip = {"word": str(_("did not arrive")), "kind": "wrong"}
        return chip, str(_("A parcel was lost or came back to us. Ask us what comes next, with this number."))
    waiting = {FulfillmentState.OPEN, FulfillmentState.IN_PROGRESS}
    if any(part.state in waiting for part in sending.parts_of(session, order.id)):
        chip = {"word": str(_("partly on its way")), "kind": "moving"}
        return chip, str(_("A part of it has left. The rest follows, and we write when it leaves."))
    chip = {"word": str(_("on its way")), "kind": "moving"}
    return chip, str(_("Everything has left. The carrier brings it to you next."))
