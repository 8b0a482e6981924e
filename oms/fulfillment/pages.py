"""What the list of shipments shows; nobody is named on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from oms.fulfillment.picking.pages import Mark, View, destination
from oms.fulfillment.queries import Sent
from oms.fulfillment.states import ShipmentState
from oms.shipping.carriers.known import CARRIERS
from oms.web import filters

WORDS = {
    ShipmentState.PACKED: (_l("packed"), "todo"),
    ShipmentState.HANDED_OVER: (_l("on its way"), "moving"),
    ShipmentState.DELIVERED: (_l("delivered"), "done"),
    ShipmentState.LOST: (_l("lost"), "wrong"),
    ShipmentState.RETURNED_TO_SENDER: (_l("came back"), "wrong"),
    ShipmentState.UNPACKED: (_l("unpacked"), "gone"),
}
SHOWN = (
    ShipmentState.HANDED_OVER,
    ShipmentState.LOST,
    ShipmentState.RETURNED_TO_SENDER,
    ShipmentState.DELIVERED,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One shipment; `ended_url` is empty where nothing can be noted any more."""

    number: str
    url: str
    to: str
    way: str
    left: str
    word: str
    state: Mark
    ended_url: str


def rows(found: Sequence[Sent]) -> list[Row]:
    """Return shipments in words."""
    return [_row(one) for one in found]


def _row(one: Sent) -> Row:
    word, kind = WORDS[one.state]
    carrier = CARRIERS.get(one.carrier)
    can_end = one.state in {ShipmentState.HANDED_OVER, ShipmentState.LOST}
    return Row(
        number=one.number,
        url=url_for("oms.printing.slip", number=one.shipment_id),
        to=destination(one.country, one.postcode_prefix),
        way=carrier.name if carrier else one.carrier,
        left=filters.moment(one.handed_over_at) if one.handed_over_at else _("not yet"),
        word=one.last_word.removeprefix("carrier: ").replace("_", " "),
        state=Mark(str(word), kind),
        ended_url=url_for("oms.shipments.note_end", number=one.shipment_id) if can_end else "",
    )


def views(counts: dict[str, int], current: str) -> list[View]:
    """Return the states that can be looked at, with how many are in each."""
    return [
        View(
            str(WORDS[state][0]),
            url_for("oms.shipments.index", state=state.value),
            filters.number(counts.get(state, 0)),
            state == current,
        )
        for state in SHOWN
    ]
