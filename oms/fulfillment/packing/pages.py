"""What the pages of packing show, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.fulfillment.models import Parcel, Shipment
from oms.fulfillment.packing.queries import BoxLine, ToPack
from oms.fulfillment.picking.pages import Mark, destination
from oms.fulfillment.states import FulfillmentState, LabelState, ShipmentState
from oms.orders.models import Order
from oms.shipping.carriers.known import CARRIERS
from oms.web import filters
from oms.web.permissions import Permission
from oms.web.security import signed_in


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fulfillment order in the packer's queue."""

    number: str
    part: int
    url: str
    goods: str
    to: str
    is_boxed: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Goods that belong in the box."""

    sku: str
    name: str
    choice: str
    quantity: str
    scanned: str
    state: Mark


@dataclass(frozen=True, slots=True)
class Part:
    """The fulfillment order on the packing table; `order_url` is empty for who may not see orders."""

    number: str
    order_url: str
    sentence: str
    is_full: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed box: how its label stands, and what can be done next."""

    state: str
    way: str
    problem: str
    label_url: str
    slip_url: str
    hand_over_url: str
    state_url: str
    again_url: str
    is_gone: bool
    is_collected: bool
    is_ours: bool
    is_tracked: bool
    tracking_url: str


def warning(state: FulfillmentState) -> tuple[str, str] | None:
    """Return what a packer must know of a fulfillment order that is not theirs to pack."""
    if state is FulfillmentState.CANCELLED:
        return "bad", _("This order was cancelled. Put the goods back.")
    return ("warn", _("This was not picked yet.")) if state is FulfillmentState.OPEN else None


def queue(found: Sequence[ToPack], current: int | None) -> list[Waiting]:
    """Return what waits, in words."""
    return [
        Waiting(
            one.number,
            one.part_id,
            url_for("oms.packing.box", part=one.part_id),
            filters.number(one.units),
            destination(one.country, one.postcode_prefix),
            one.is_boxed,
            one.part_id == current,
        )
        for one in found
    ]


def lines(found: Sequence[BoxLine]) -> list[Line]:
    """Return what belongs in the box, in words."""
    inside, missing = Mark(_("in the box"), "done"), Mark(_("open"), "todo")
    return [
        Line(
            line.sku,
            line.title,
            line.choices,
            filters.number(line.quantity),
            filters.number(line.packed),
            inside if line.packed == line.quantity else missing,
        )
        for line in found
    ]


def part(order: Order, found: Sequence[BoxLine]) -> Part:
    """Return what is on the table, with how far it is."""
    units, inside = sum(line.quantity for line in found), sum(line.packed for line in found)
    sentence = ngettext(
        "%(inside)s of %(num)s piece is in the box.",
        "%(inside)s of %(num)s pieces are in the box.",
        units,
        inside=inside,
    )
    is_allowed = signed_in().may(Permission.ORDERS_READ)
    url = f"{request.script_root}/orders/{order.number}" if is_allowed else ""
    return Part(order.number, url, sentence, inside == units)


def closed(shipment: Shipment, parcel: Parcel) -> Closed:
    """Return how a closed box stands."""
    carrier = CARRIERS[parcel.carrier]
    service = carrier.service(parcel.service)
    here: dict[str, Any] = {"number": shipment.id}
    return Closed(
        state=parcel.label_state,
        way=service.name if service else carrier.name,
        problem=parcel.label_problem,
        label_url=url_for("oms.printing.label", **here),
        slip_url=url_for("oms.printing.slip", **here),
        hand_over_url=url_for("oms.packing.hand_over", **here),
        state_url=url_for("oms.packing.label_state", **here),
        again_url=url_for("oms.packing.ask_again", **here),
        is_gone=shipment.state is not ShipmentState.PACKED,
        is_collected=parcel.service == "pickup",
        is_ours=parcel.label_state is LabelState.NONE,
        is_tracked=parcel.tracking is not None,
        tracking_url=url_for("oms.packing.type_tracking", **here),
    )
