"""How far sending is, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from oms.desk.orders.pages import Chip, who
from oms.desk.orders.sending.queries import Part, Stage, is_packed
from oms.fulfillment.models import FulfillmentEvent, Parcel
from oms.fulfillment.states import FulfillmentState
from oms.orders.models import Order
from oms.orders.states import OrderState
from oms.shipping.carriers.known import CARRIERS
from oms.web import filters

STAGES = {
    Stage.TO_PICK: (_l("to pick"), "todo"),
    Stage.IN_WORK: (_l("being packed"), "moving"),
    Stage.PART_SHIPPED: (_l("part shipped"), "moving"),
    Stage.SHIPPED: (_l("shipped"), "moving"),
}
_PARTS = {
    FulfillmentState.OPEN: (_l("to pick"), "todo"),
    FulfillmentState.IN_PROGRESS: (_l("being packed"), "moving"),
    FulfillmentState.CLOSED: (_l("sent"), "done"),
    FulfillmentState.CANCELLED: (_l("cancelled"), "gone"),
}
_ENDS = {"delivered": "done", "lost": "wrong", "returned_to_sender": "wrong"}


def stage(found: Stage) -> Chip:
    """Return how far an order is, as word and shape."""
    word, kind = STAGES[found]
    return Chip(str(word), kind)


def part(found: Part, *, may_pack: bool) -> dict[str, Any]:
    """Return a part of an order; its links are for who packs."""
    goods = ngettext("%(num)s thing", "%(num)s things", found.units)
    opens = may_pack and found.state is FulfillmentState.IN_PROGRESS
    return {
        "title": _("From %(warehouse)s", warehouse=found.warehouse),
        "state": _state(found),
        "url": url_for("oms.packing.box", part=found.id) if opens else "",
        "note": goods,
        "parcels": [_parcel(one, found, may_pack=may_pack) for one in found.parcels],
    }


def no_parts(order: Order) -> str:
    """Return why an order has no part that is to be sent, as a sentence."""
    if order.state is OrderState.CANCELLED:
        return str(_("It was cancelled before anything was prepared."))
    if order.state is OrderState.LAPSED:
        return str(_("No payment came, so nothing is sent."))
    if order.state is OrderState.AWAITING_PAYMENT:
        return str(_("Nothing is sent before the payment has come."))
    if order.is_digital:
        return str(_("Downloads only: nothing of it is sent."))
    return str(_("Its goods are being shared out to the warehouses. Look again in a moment."))


def _state(found: Part) -> Chip:
    if is_packed(found):
        return Chip(_("packed"), "moving")
    if found.shipment is not None and found.shipment.state in _ENDS:
        return Chip(found.shipment.state.replace("_", " "), _ENDS[found.shipment.state])
    word, kind = _PARTS[found.state]
    return Chip(str(word), kind)


def _parcel(found: Parcel, of: Part, *, may_pack: bool) -> dict[str, Any]:
    carrier = CARRIERS.get(found.carrier)
    prints = may_pack and is_packed(of)
    return {
        "carrier": carrier.name if carrier else found.carrier,
        "tracking": found.reference,
        "state": Chip(_("label %(state)s", state=found.label_state.replace("_", " ")), "waiting"),
        "label_url": url_for("oms.printing.label", number=found.shipment_id) if prints else "",
        "slip_url": url_for("oms.printing.slip", number=found.shipment_id) if prints else "",
    }


def events(found: Sequence[FulfillmentEvent], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what happened to the parts of an order, as lines of the timeline with their moments."""
    return [
        {
            "at": one.at,
            "text": one.what.replace("_", " "),
            "when": f"{filters.moment(one.at)}, {who(one.by_kind, one.by_id, names)}",
            "note": one.why,
            "kind": "wrong" if one.what in {"lost", "returned_to_sender"} else "",
        }
        for one in found
        if one.what != "open"
    ]
