"""How far the labels of many boxes are, in words."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.fulfillment.picking.pages import Mark
from oms.fulfillment.printing.many.queries import Boxed
from oms.fulfillment.states import LabelState


def rows(boxes: Sequence[Boxed]) -> list[dict[str, Any]]:
    """Return each box with how its label stands, and why where it is wrong."""
    return [
        {
            "number": box.number,
            "url": url_for("oms.packing.box", part=box.part_id),
            "state": _state(box),
            "note": _(box.problem) if box.problem else "",
        }
        for box in boxes
    ]


def _state(box: Boxed) -> Mark:
    if box.parcel_id is None:
        return Mark(_("not packed, or gone"), "gone")
    if box.is_collected:
        return Mark(_("collected: needs none"), "gone")
    if box.is_ready:
        return Mark(_("ready"), "done")
    if box.label is LabelState.WANTED:
        return Mark(_("asked for"), "wrong" if box.problem else "waiting")
    return Mark(_("refused"), "wrong")


def work(boxes: Sequence[Boxed], state_url: str) -> dict[str, Any]:
    """Return how many labels the carriers have answered for; `url` is empty once all have."""
    awaited = sum(box.is_awaited for box in boxes)
    ready = sum(box.is_ready for box in boxes)
    text = ngettext("%(num)s of %(of)s is ready.", "%(num)s of %(of)s are ready.", ready, of=len(boxes))
    return {
        "label": _("Labels"),
        "done": len(boxes) - awaited,
        "total": len(boxes),
        "text": text,
        "url": state_url if awaited else "",
        "ready": ready,
    }
