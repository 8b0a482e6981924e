"""The desk's pages of picking: what waits by warehouse, a walk with a scanner, the same on paper."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from oms.fulfillment.picking import actions, pages, queries
from oms.fulfillment.picking.pages import Walk
from oms.inventory import queries as stock
from oms.inventory.models import Warehouse
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, NotFoundError
from oms.web import filters
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("picking", __name__)


@blueprint.get("/pick")
@permit(Permission.WAREHOUSE)
def index() -> ResponseReturnValue:
    """Show what waits in a warehouse, with its oldest pick list under way."""
    with reading() as session:
        house = chosen_warehouse(session)
        found = queries.open_lists(session, house.id)
        return _page(session, house, found[0].id if found else None)


@blueprint.post("/pick")
@permit(Permission.WAREHOUSE)
@takes("part")
def start() -> ResponseReturnValue:
    """Start a pick list with the chosen orders."""
    chosen = [int(part) for part in request.form.getlist("part") if part.isdecimal()]
    with transaction() as session:
        house = chosen_warehouse(session)
        made = actions.start_list(session, house.id, chosen, by=actor())
    return redirect(url_for(".walk", number=made.id), 303)


@blueprint.get("/pick/<int:number>")
@permit(Permission.WAREHOUSE)
def walk(number: int) -> ResponseReturnValue:
    """Show one pick list."""
    with reading() as session:
        found = queries.pick_list(session, number)
        house = session.get_one(Warehouse, found.warehouse_id)
        return _page(session, house, None if found.done_at else number)


@blueprint.post("/pick/<int:number>/taken")
@permit(Permission.WAREHOUSE)
@takes("scan")
def take(number: int) -> ResponseReturnValue:
    """Count a scan; what is not on the list is refused in words."""
    try:
        with transaction() as session:
            counted = actions.take(session, number, request.form.get("scan", ""))
    except BadInputError as error:
        flash(_(error.message), "bad")
    else:
        flash(said(counted), "good")
    return redirect(url_for(".walk", number=number), 303)


@blueprint.post("/pick/<int:number>/all-taken")
@permit(Permission.WAREHOUSE)
def take_all(number: int) -> ResponseReturnValue:
    """Count everything as taken: the walk was done with paper."""
    with transaction() as session:
        actions.take_all(session, number)
    return redirect(url_for(".walk", number=number), 303)


@blueprint.post("/pick/<int:number>/done")
@permit(Permission.WAREHOUSE)
def finish(number: int) -> ResponseReturnValue:
    """End a walk and go on to packing."""
    with transaction() as session:
        missing = actions.finish_list(session, number)
        code = session.get_one(Warehouse, queries.pick_list(session, number).warehouse_id).code
    if missing:
        flash(ngettext("%(num)s piece was not found.", "%(num)s pieces were not found.", missing), "warn")
    return redirect(url_for("oms.packing.index", at=code), 303)


@blueprint.get("/pick/<int:number>/print")
@permit(Permission.WAREHOUSE)
def paper(number: int) -> ResponseReturnValue:
    """Show a pick list for the printer."""
    with reading() as session:
        found = queries.pick_list(session, number)
        house = session.get_one(Warehouse, found.warehouse_id)
        lines = queries.walk(session, number)
    shown = pages.walk(number, lines)
    heading = _("Pick list %(number)s", number=shown.number)
    return render_template(
        "desk/pick/print.html",
        page=page(heading, robots="noindex", back=url_for(".walk", number=number)),
        pick=shown,
        warehouse=house.name,
        date=filters.moment(found.started_at),
    )


def chosen_warehouse(session: Session) -> Warehouse:
    """Return the warehouse that the address names, the first one otherwise. Raises NotFoundError."""
    houses = stock.warehouses(session)
    code = request.args.get("at", "")
    found = (
        next((house for house in houses if house.code == code), None) if code else next(iter(houses), None)
    )
    if found is None:
        raise NotFoundError("There is no such warehouse.")
    return found


def said(counted: actions.Counted) -> str:
    """Return what a scan came to, in words."""
    return str(
        _(
            "%(sku)s: %(counted)s of %(wanted)s.",
            sku=counted.sku,
            counted=counted.counted,
            wanted=counted.wanted,
        )
    )


def _page(session: Session, house: Warehouse, pick_list_id: int | None) -> str:
    told = flashed()
    counts = queries.waiting_counts(session)
    others = [one.id for one in queries.open_lists(session, house.id) if one.id != pick_list_id]
    shown: Walk | None = None
    if pick_list_id is not None:
        shown = pages.walk(pick_list_id, queries.walk(session, pick_list_id), told[-1] if told else None)
    return render_template(
        "desk/pick/list.html",
        page=page(_("Pick"), robots="noindex"),
        flashes=[] if shown else told,
        warehouses=pages.views(stock.warehouses(session), counts, house.id, "oms.picking.index"),
        pick=shown,
        others=[(pages.number(one), url_for(".walk", number=one)) for one in others],
        waiting=pages.rows(queries.waiting(session, house.id)),
        start_url=url_for(".start", at=house.code),
    )
