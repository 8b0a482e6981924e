"""The desk's list of shipments: what is on its way, what went wrong, and noting the end of a way by hand."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.fulfillment import actions, pages, queries
from oms.fulfillment.states import ShipmentState
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, NotFoundError
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("shipments", __name__)
ENDS = frozenset({ShipmentState.DELIVERED, ShipmentState.LOST, ShipmentState.RETURNED_TO_SENDER})


@blueprint.get("/shipments")
@permit(Permission.WAREHOUSE)
def index() -> ResponseReturnValue:
    """List shipments of one state, the latest first."""
    asked = request.args.get("state", ShipmentState.HANDED_OVER.value)
    if asked not in {state.value for state in pages.SHOWN}:
        raise NotFoundError
    with reading() as session:
        found = queries.sent(session, ShipmentState(asked))
        counts = queries.sent_counts(session)
    return render_template(
        "desk/shipments/list.html",
        page=page(_("Shipments"), robots="noindex"),
        flashes=flashed(),
        views=pages.views(counts, asked),
        shipments=pages.rows(found),
    )


@blueprint.post("/shipments/<int:number>/ended")
@permit(Permission.WAREHOUSE)
@takes("state")
def note_end(number: int) -> ResponseReturnValue:
    """Note by hand how a shipment ended, where no carrier tells."""
    asked = request.form.get("state", "")
    if asked not in {state.value for state in ENDS}:
        raise BadInputError("Say how it ended: delivered, lost or came back.", field="state")
    with transaction() as session:
        shipment = queries.locked_way(session, number)
        actions.arrive(session, shipment, ShipmentState(asked), by=actor())
    flash(_("Noted."), "good")
    return redirect(url_for(".index", state=asked), 303)
