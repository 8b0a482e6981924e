"""Pages of orders: the list, one order, and its person for a while, with a reason."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.channels import queries as channels
from oms.desk import queries as queues
from oms.desk.orders import pages, queries
from oms.desk.orders.listing import pages as listing
from oms.desk.orders.noting.forms import NoteForm
from oms.desk.orders.pages import REASONS, Chip
from oms.desk.orders.sending import pages as words
from oms.desk.orders.sending import queries as sending
from oms.fulfillment import queries as fulfillment
from oms.kernel import egress, vault
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, ConflictError, NotFoundError
from oms.kernel.register import Purpose
from oms.orders import queries as orders
from oms.orders.models import Order, OrderEvent
from oms.orders.personal import OrderContact, OrderDelivery, OrderNote
from oms.payments import queries as payments
from oms.risk import queries as risk
from oms.staff import queries as staff
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit, signed_in
from oms.web.taking import takes

blueprint = Blueprint("orders", __name__)
_NOT_SHOWN = "A marketplace sold this order: its address is shown while its parcel is made, nowhere else."


@blueprint.get("/orders")
@permit(Permission.ORDERS_READ)
def index() -> ResponseReturnValue:
    """List placed orders by number, state, country and postcode prefix; a search leads elsewhere."""
    if request.args.get("q", "").strip():
        return redirect(url_for("oms.search.found", q=request.args["q"]), 307)
    with reading() as session:
        told = listing.context(session, queues.waiting(session))
    return _page("desk/orders/list.html", _("Orders"), **told)


@blueprint.get("/orders/<number>")
@permit(Permission.ORDERS_READ)
def order(number: str) -> ResponseReturnValue:
    """Show one order, its person masked; a look at notes is written down."""
    with transaction() as session:
        found = _found(session, number)
        if found.number != number:
            return redirect(url_for(".order", number=found.number), 308)
        return _order(session, found)


@blueprint.post("/orders/<number>/reveal")
@permit(Permission.REVEAL)
@takes("reason")
def reveal(number: str) -> ResponseReturnValue:
    """Show the person of an order for a while. Who looked, when and why is audited; the buyer can see it."""
    reason = REASONS.get(request.form.get("reason", ""))
    if reason is None:
        raise BadInputError("Choose why you need it.", field="reason")
    with transaction() as session:
        found = _found(session, number)
        if found.channel:
            raise ConflictError(_NOT_SHOWN)
        kept = vault.open_many(
            session,
            (OrderDelivery, OrderContact),
            found.unit,
            purpose=Purpose.AFTER_SALES,
            by=actor().because(reason),
        )
        return _order(session, found, pages.opened(kept.get(OrderDelivery), kept.get(OrderContact)))


def _order(session: Session, found: Order, opened: tuple[tuple[str, str], ...] = ()) -> str:
    me, ends = signed_in(), orders.ends(found)
    letters = queries.initials(session, found) if me.is_cleared else ""
    names = {str(one.id): one.desk_name for one in staff.members(session)}
    doubt = risk.open_of(session, found.id)
    may_see_money = me.may(Permission.FINANCE_READ) or me.may(Permission.REFUND)
    may_reveal = me.may(Permission.REVEAL) and not found.channel
    told: dict[str, Any] = {
        "order": pages.heading(found, letters, _stage(session, found)),
        "sold": pages.sold(found, channels.sale_of(session, found), may_see=me.may(Permission.CATALOG_READ)),
        "actions": _actions(found, can_cancel=not sending.why_not_cancel(session, found)),
        "holds": pages.holds(
            orders.open_holds(session, found.id),
            names,
            may_lift=lambda hold: (
                me.may(Permission.ORDERS_CHANGE) and not (doubt and doubt.hold_id == hold.id)
            ),
        ),
        "lines": pages.lines(found, queries.origins_by_line(session, found.id)),
        "rows": pages.sums(found),
        "parts": [
            words.part(one, may_pack=me.may(Permission.WAREHOUSE)) for one in sending.parts(session, found.id)
        ],
        "no_parts": words.no_parts(found),
        "payments": pages.money(payments.of_order(session, found.id), payments.refunds_of(session, found.id))
        if may_see_money
        else [],
        "person": pages.person(found, letters, opened) if may_reveal else None,
        "reveal_url": url_for("oms.orders.reveal", number=found.number),
        "reasons": list(REASONS.items()),
        "person_note": pages.until(ends, found),
        "told": pages.told(egress.disclosed(session, unit=found.unit)),
        "events": _timeline(session, found, names),
        "note_form": _note_form(found) if ends else None,
        "note_url": url_for("oms.noting.note", number=found.number),
        "messages": [],
        "message_url": "",
    }
    return _page("desk/orders/order.html", _("Order %(number)s", number=found.number), **told)


def _stage(session: Session, found: Order) -> Chip | None:
    stage = sending.stages(session, [found.id]).get(found.id)
    return words.stage(stage) if stage else None


def _timeline(session: Session, found: Order, names: dict[str, str]) -> list[dict[str, Any]]:
    history = orders.history(session, found.id)
    listed = pages.events(history, names, _notes(session, found, history))
    listed += words.events(fulfillment.history(session, found.id), names)
    return sorted(listed, key=lambda one: one["at"])


def _notes(session: Session, found: Order, history: Sequence[OrderEvent]) -> dict[UUID, str]:
    """Open the notes for who may see a person; this look is on record as any other."""
    if not signed_in().may(Permission.REVEAL) or not any(event.note for event in history):
        return {}
    by = actor().because("Opened the order with its notes")
    try:
        opened = vault.open_each(session, OrderNote, found.unit, purpose=Purpose.AFTER_SALES, by=by)
    except vault.LockedError:
        return {}
    return {row_id: note.text for row_id, note in opened.items()}


def _note_form(found: Order) -> NoteForm | None:
    may = signed_in().may(Permission.ORDERS_CHANGE) and found.forgotten_at is None
    return NoteForm(formdata=None) if may else None


def _actions(found: Order, *, can_cancel: bool) -> list[dict[str, str]]:
    me, listed = signed_in(), []
    if pages.is_to_send(found) and me.may(Permission.ORDERS_CHANGE):
        listed.append((_("Hold"), "oms.changes.hold"))
        if can_cancel:
            listed.append((_("Cancel"), "oms.changes.cancel"))
    if found.placed_at is not None and not found.channel and me.may(Permission.REFUND):
        listed.append((_("Refund"), "oms.changes.refund"))
    return [
        {"label": label, "url": url_for(endpoint, number=found.number), "kind": ""}
        for label, endpoint in listed
    ]


def _found(session: Session, number: str) -> Order:
    found = orders.by_number(session, number)
    if found is None:
        raise NotFoundError("There is no order of this number.")
    return found


def _page(template: str, title: str, **more: object) -> str:
    return render_template(template, page=page(title, robots="noindex"), flashes=flashed(), **more)
