"""The desk's pages of packing: scan everything into the box, close it, label it, hand it over."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.fulfillment import queries
from oms.fulfillment.labels import actions as labels
from oms.fulfillment.models import FulfillmentOrder
from oms.fulfillment.packing import actions, pages
from oms.fulfillment.packing import queries as packing
from oms.fulfillment.packing.forms import BoxForm, TrackingForm
from oms.fulfillment.picking import pages as picking
from oms.fulfillment.picking.views import chosen_warehouse, said
from oms.fulfillment.states import LabelState
from oms.inventory import queries as stock
from oms.inventory.models import Warehouse
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError, IllegalMoveError
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.web.fields import show_error
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("packing", __name__)


@blueprint.get("/pack")
@permit(Permission.WAREHOUSE)
def index() -> ResponseReturnValue:
    """Show what waits to be packed or handed over in a warehouse."""
    with reading() as session:
        return _page(session, chosen_warehouse(session), None, part=None, told=None, flashes=flashed())


@blueprint.get("/pack/<int:part>")
@permit(Permission.WAREHOUSE)
def box(part: int) -> ResponseReturnValue:
    """Show one box: what belongs in it, and what can be done with it."""
    return _box(part, None)


@blueprint.post("/pack/<int:part>/inside")
@permit(Permission.WAREHOUSE)
@takes("scan")
def scan(part: int) -> ResponseReturnValue:
    """Count a scan into the box; what does not belong there is refused in words."""
    try:
        with transaction() as session:
            counted = actions.put_in_box(session, part, request.form.get("scan", ""))
    except (BadInputError, ConflictError, IllegalMoveError) as error:
        flash(_(error.message), "bad")
    else:
        flash(said(counted), "good")
    return redirect(url_for(".box", part=part), 303)


@blueprint.post("/pack/<int:part>/empty")
@permit(Permission.WAREHOUSE)
def empty(part: int) -> ResponseReturnValue:
    """Take everything out again; a label that was bought is voided."""
    with transaction() as session:
        actions.empty_box(session, part, by=actor())
    flash(_("The box is empty. Begin again."), "warn")
    return redirect(url_for(".box", part=part), 303)


@blueprint.post("/pack/<int:part>/closed")
@permit(Permission.WAREHOUSE)
@takes(BoxForm)
def close(part: int) -> ResponseReturnValue:
    """Close a box and ask for its label, or send a closed one another way."""
    form = BoxForm()
    with reading() as session:
        order = _order(session, queries.part(session, part))
        form.offer(order, has_phone=actions.has_phone(session, order))
    if not form.validate_on_submit():
        return _box(part, form), 422
    try:
        with transaction() as session:
            packed = queries.live_shipment(session, part)
            if packed is None:
                actions.close_box(session, part, form.to_request(), by=actor())
            else:
                actions.change_carrier(session, packed.id, form.to_request(), by=actor())
    except BadInputError as error:
        show_error(form, error)
        return _box(part, form), 422
    except (ConflictError, IllegalMoveError) as error:
        flash(_(error.message), "bad")
    return redirect(url_for(".box", part=part), 303)


@blueprint.post("/shipments/<int:number>/again")
@permit(Permission.WAREHOUSE)
def ask_again(number: int) -> ResponseReturnValue:
    """Ask the carrier again for a label that is wanted."""
    with transaction() as session:
        actions.ask_again(session, number)
        part = queries.shipment(session, number).fulfillment_order_id
    return redirect(url_for(".box", part=part), 303)


@blueprint.get("/shipments/<int:number>/label-state")
@permit(Permission.WAREHOUSE)
def label_state(number: int) -> ResponseReturnValue:
    """Answer whether a label is there yet, for the page that waits for it."""
    with reading() as session:
        part = queries.shipment(session, number).fulfillment_order_id
        parcels = queries.parcels_of(session, number)
    is_wanted = bool(parcels) and parcels[-1].label_state is LabelState.WANTED
    problem = parcels[-1].label_problem if parcels else ""
    return jsonify(
        done=0 if is_wanted else 1,
        total=1,
        text=_(problem) if problem else _("The carrier is asked for the label."),
        is_done=not is_wanted or bool(problem),
        url=url_for(".box", part=part),
    )


@blueprint.post("/shipments/<int:number>/tracking")
@permit(Permission.WAREHOUSE)
@takes(TrackingForm)
def type_tracking(number: int) -> ResponseReturnValue:
    """Keep the tracking number of the counter's receipt."""
    form = TrackingForm()
    with reading() as session:
        shipment = queries.shipment(session, number)
        order = orders.get(session, shipment.order_id)
        keys = labels.prepare(session, order.number)
    if not form.validate_on_submit() or keys is None:
        flash(next(iter(form.tracking.errors), _("Nothing of this person is left.")), "bad")
        return redirect(url_for(".box", part=shipment.fulfillment_order_id), 303)
    try:
        with transaction() as session:
            labels.type_tracking(session, number, str(form.tracking.data), keys)
    except BadInputError as error:
        flash(_(error.message), "bad")
    else:
        flash(_("The tracking number is kept. The buyer sees it on the order's page."), "good")
    return redirect(url_for(".box", part=shipment.fulfillment_order_id), 303)


@blueprint.post("/shipments/<int:number>/handed-over")
@permit(Permission.WAREHOUSE)
def hand_over(number: int) -> ResponseReturnValue:
    """Give a parcel to its carrier, or to its buyer in person; a held one stays, with the reason told."""
    with reading() as session:
        part = queries.part(session, queries.shipment(session, number).fulfillment_order_id)
        code = session.get_one(Warehouse, part.warehouse_id).code
    try:
        with transaction() as session:
            actions.give_away(session, number, by=actor())
    except (ConflictError, IllegalMoveError) as error:
        flash(_(error.message), "bad")
        return redirect(url_for(".box", part=part.id), 303)
    flash(_("Handed over. The address is closed again."), "good")
    return redirect(url_for(".index", at=code), 303)


def _order(session: Session, part: FulfillmentOrder) -> Order:
    return orders.get(session, part.order_id)


def _box(part_id: int, form: BoxForm | None) -> str:
    told = flashed()
    with reading() as session:
        found = queries.part(session, part_id)
        order = _order(session, found)
        inside = packing.box_lines(session, part_id)
        shipment = queries.live_shipment(session, part_id)
        parcels = queries.parcels_of(session, shipment.id) if shipment else []
        shown = form or BoxForm(formdata=None, weight=packing.suggested_grams(session, part_id))
        shown.offer(order, has_phone=actions.has_phone(session, order))
        if form is None:
            shown.service.data = f"{order.carrier}/{order.service}"
        return _page(
            session,
            session.get_one(Warehouse, found.warehouse_id),
            part_id,
            part=pages.part(order, inside),
            told=told[-1] if told else pages.warning(found.state),
            flashes=[],
            lines=pages.lines(inside),
            form=shown,
            closed=pages.closed(shipment, parcels[-1]) if shipment else None,
            scan_url=url_for(".scan", part=part_id),
            close_url=url_for(".close", part=part_id),
            empty_url=url_for(".empty", part=part_id),
            tracking_form=TrackingForm(formdata=None),
        )


def _page(session: Session, house: Warehouse, current: int | None, **more: object) -> str:
    return render_template(
        "desk/pack/pack.html",
        page=page(_("Pack"), robots="noindex"),
        warehouses=picking.views(
            stock.warehouses(session), packing.counts(session), house.id, "oms.packing.index"
        ),
        at=house.code,
        labels_url=url_for("oms.labels.index"),
        queue=pages.queue(packing.to_pack(session, house.id), current),
        **more,
    )
