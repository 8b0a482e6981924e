"""Pages of stock: the levels, one SKU with its ledger, and booking by hand."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.catalog import queries as catalog
from oms.catalog.models import Variant
from oms.desk.orders.pages import Chip, who
from oms.desk.stock import actions, queries
from oms.desk.stock.actions import Booking
from oms.desk.stock.forms import MOVED, BookingForm, booking_form
from oms.desk.stock.queries import LOW, SIZE, Booked, Level, Wanted
from oms.inventory import queries as inventory
from oms.inventory.states import EFFECTS, MovementKind
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError
from oms.staff import queries as staff
from oms.web import filters
from oms.web.fields import show_error
from oms.web.frame import flashed, page
from oms.web.pagination import asked_piece, keyset_of, url_with
from oms.web.permissions import Permission
from oms.web.security import actor, permit, signed_in
from oms.web.taking import takes

blueprint = Blueprint("stock", __name__)


@blueprint.get("/stock")
@permit(Permission.STOCK_READ)
def index() -> ResponseReturnValue:
    """List stock levels by SKU and warehouse."""
    asked, args = asked_piece(), request.args
    wanted = Wanted(args.get("q", "").strip()[:80], args.get("warehouse", ""), args.get("state", ""))
    with reading() as session:
        found = queries.levels(session, wanted, asked.key, is_backwards=asked.is_backwards)
        warehouses = inventory.warehouses(session)
    piece = keyset_of(found, SIZE, lambda one: one.key, asked=asked)
    return _page(
        "desk/stock/list.html",
        _("Stock"),
        q=wanted.words,
        filters=_filters(wanted, [(w.code, w.name) for w in warehouses]),
        levels=[_row(level) for level in piece.rows],
        sorts={"sku": ("", "ascending"), "available": ("", "")},
        pages={
            "summary": "",
            "before": url_with(before=piece.before, after=None) if piece.before else "",
            "after": url_with(after=piece.after, before=None) if piece.after else "",
            "numbers": (),
        },
    )


@blueprint.get("/stock/<path:sku>")
@permit(Permission.STOCK_READ)
def level(sku: str) -> ResponseReturnValue:
    """Show one SKU: its levels, and the ledger that explains them."""
    with reading() as session:
        return _level(session, catalog.variant_of(session, sku), _form(session))


@blueprint.post("/stock/<path:sku>")
@permit(Permission.STOCK_CHANGE)
@takes(BookingForm)
def book(sku: str) -> ResponseReturnValue:
    """Book a movement by hand."""
    with reading() as session:
        variant, form = catalog.variant_of(session, sku), booking_form(inventory.warehouses(session))
    is_good = form.validate_on_submit()
    if is_good:
        try:
            with transaction() as session:
                actions.book(session, _booking(variant, form), by=actor())
        except (BadInputError, ConflictError) as error:
            show_error(form, error if isinstance(error, BadInputError) else BadInputError(error.message))
            is_good = False
    if not is_good:
        with reading() as session:
            return _level(session, variant, form), 422
    flash(_("It is booked."), "good")
    return redirect(url_for(".level", sku=sku), 303)


def _form(session: Session) -> BookingForm | None:
    may = signed_in().may(Permission.STOCK_CHANGE)
    return booking_form(inventory.warehouses(session)) if may else None


def _booking(variant: Variant, form: BookingForm) -> Booking:
    return Booking(
        variant.id,
        int(form.warehouse.data),
        MovementKind(form.kind.data),
        int(form.quantity.data),
        form.note.data or "",
        form.order.data or "",
    )


def _level(session: Session, variant: Variant, form: BookingForm | None) -> str:
    title, choice = catalog.title_of(session, variant)
    levels = queries.levels_of(session, variant)
    places = {one.warehouse_id: one.warehouse for one in levels}
    names = {str(one.id): one.desk_name for one in staff.members(session)}
    booked = queries.ledger(session, variant, levels)
    return _page(
        "desk/stock/level.html",
        title,
        item={
            "sku": variant.sku,
            "name": title,
            "choice": choice,
            "order_url": url_for("oms.replenish.sku", sku=variant.sku),
        },
        levels=[_row(one) for one in levels],
        movements=[_movement(one, places, names) for one in booked],
        form=form,
        cost_url=_cost_url(variant.sku),
    )


def _cost_url(sku: str) -> str:
    return url_for("oms.money.costs", sku=sku) if signed_in().may(Permission.FINANCE_READ) else ""


def _row(found: Level) -> dict[str, Any]:
    counters = ("on_hand", "reserved", "allocated", "incoming", "safety", "available")
    return {
        "sku": found.sku,
        "url": url_for(".level", sku=found.sku),
        "name": found.title,
        "choice": found.choice,
        "warehouse": found.warehouse,
        **{name: filters.number(getattr(found, name)) for name in counters},
        "state": _state(found.available),
    }


def _state(available: int) -> Chip:
    if available == 0:
        return Chip(_("sold out"), "wrong")
    return Chip(_("low"), "late") if available <= LOW else Chip(_("in stock"), "done")


def _movement(found: Booked, places: dict[int, str], names: dict[str, str]) -> dict[str, Any]:
    moved, may_see_orders = found.movement, signed_in().may(Permission.ORDERS_READ)
    number = found.order_number
    on_hand, allocated = EFFECTS[moved.kind]
    return {
        "when": filters.moment(moved.at),
        "kind": f"{MOVED[moved.kind]}, {places.get(moved.warehouse_id, '')}",
        "about": number or moved.note,
        "note": moved.note if number else "",
        "url": url_for("oms.orders.order", number=number) if number and may_see_orders else "",
        "by": who(moved.by_kind, moved.by_id, names),
        "quantity": f"{moved.quantity * (on_hand or allocated):+d}".replace("-", "−"),
        "on_hand": filters.number(found.on_hand),
    }


def _filters(wanted: Wanted, warehouses: list[tuple[str, str]]) -> list[dict[str, Any]]:
    states = [("", _("all")), ("out", _("sold out")), ("low", _("low")), ("in", _("in stock"))]
    listed = [
        ("warehouse", _("Warehouse"), [("", _("all")), *warehouses], wanted.warehouse),
        ("state", _("State"), states, wanted.state),
    ]
    return [
        {"name": name, "label": label, "options": options, "selected": selected}
        for name, label, options, selected in listed
    ]


def _page(template: str, title: str, **more: object) -> str:
    return render_template(template, page=page(title, robots="noindex"), flashes=flashed(), **more)
