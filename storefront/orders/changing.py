"""What a buyer can still change of an order: where it goes, which mailbox hears of it, and its end."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as sending
from oms.kernel.db import reading, transaction
from oms.kernel.errors import CounterfoilError, NotFoundError
from oms.kernel.register import Kind, kind_of
from oms.orders import actions, queries
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.orders.placing.necessity import NOTHING, Needs, needs
from oms.orders.placing.queries import typed
from oms.web import frame, security
from oms.web.errors import said
from oms.web.forms import Form
from oms.web.markets import place
from oms.web.taking import takes
from storefront.catalog import pages as goods_pages
from storefront.checkout.forms import ADDRESS, CheckoutForm, correction_class
from storefront.orders.access import may_see
from storefront.orders.correctable import correctable
from storefront.orders.record import gone_words

blueprint = Blueprint("changing", __name__)
_WIDTHS = {"postcode": "third", "city": "two-thirds"}
_PARTS = ("name", "street", "city", "region", "postcode", "phone")


class AgreeForm(Form):
    """A yes, and nothing else."""


def _own(number: str) -> Order:
    with reading() as session:
        found = queries.by_number(session, number)
    if found is None or not may_see(found):
        raise NotFoundError("There is no order of yours with this number. Prove its mailbox first.")
    return found


def _back(order: Order) -> str:
    return goods_pages.url(f"/orders/{order.number}")


@blueprint.route("/orders/<number>/correct", methods=["GET", "POST"])
@takes(CheckoutForm, *ADDRESS)
def correct(number: str) -> ResponseReturnValue:
    """Correct address and e-mail, until the parcel leaves; a label that was bought is voided."""
    order = _own(number)
    form = _correction(order)
    if form.validate_on_submit():
        try:
            _keep(order, form)
        except CounterfoilError as error:
            form.form_errors = [said(error)]
        else:
            flash(_("Corrected. The old details are gone."), "good")
            if _left(order):
                flash(_left(order), "warn")
            return redirect(_back(order), 303)
    shown = render_template(
        "store/orders/correct.html",
        page=frame.page(_("Correct your details"), robots="noindex"),
        flashes=[],
        form=form,
        order={"number": order.number},
        sections=_sections(form),
        left=_left(order),
        back_url=_back(order),
    )
    return shown, 422 if form.errors else 200


def _left(order: Order) -> str:
    """Return what has to be said of parcels that are on their way; nothing where none is."""
    with reading() as session:
        has_left = sending.is_on_its_way(session, order.id)
    if not has_left:
        return ""
    return str(_("What has left already goes to the address on its label: its carrier takes no other one."))


def _correction(order: Order) -> CheckoutForm:
    with reading() as session:
        before = typed(session, order, by=security.actor())
        is_open = correctable(session, order).address
    needed: Needs = NOTHING
    data: dict[str, Any] = {"email": before.contact.email if before.contact else ""}
    if before.delivery is not None and is_open:
        phone = bool(before.delivery.phone)
        needed = needs(order.country, is_sent=True, phone=phone, language=place().language)
        data.update({part: getattr(before.delivery, part) for part in _PARTS})
    return correction_class(needed, order.country)(data=data)


def _keep(order: Order, form: CheckoutForm) -> None:
    """Keep what was corrected; raises ConflictError when a label was bought in the meantime."""
    by = security.actor()
    delivery = form.delivery()
    with transaction() as session:
        if delivery is not None:
            fulfillment.correct_delivery(session, order.id, delivery, by=by)
        actions.correct_contact(session, session.get_one(Order, order.id), form.contact(), by=by)


def _sections(form: CheckoutForm) -> list[dict[str, Any]]:
    contact, delivery = kind_of(OrderContact), kind_of(OrderDelivery)
    reach = [_shown(form, "email", _why(contact, "email"))]
    found = [{"title": _("How do we reach you?"), "fields": reach}]
    parts = [*form.parts, *(["phone"] if form.needs.phone else [])]
    if parts:
        where = [_shown(form, part, _why(delivery, part)) for part in parts]
        found.append({"title": _("Where should it go?"), "fields": where})
    return found


def _why(kind: Kind, name: str) -> str:
    return f"{_(kind.field(name).why)} {_('Gone %(when)s.', when=gone_words(kind))}"


def _shown(form: CheckoutForm, name: str, why: str) -> dict[str, Any]:
    return {"f": form[name], "why": why, "hint": "", "width": _WIDTHS.get(name, "")}


@blueprint.route("/orders/<number>/cancel", methods=["GET", "POST"])
@takes(AgreeForm)
def cancel(number: str) -> ResponseReturnValue:
    """Say what cancelling does, then do it: before packing begins, with all money back."""
    order = _own(number)
    form = AgreeForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                fulfillment.cancel_order(session, order.id, by=security.actor(), why="The buyer cancelled.")
        except CounterfoilError as error:
            flash(said(error), "warn")
        else:
            flash(_("Cancelled. What you paid goes back the way it came."), "good")
        return redirect(_back(order), 303)
    return render_template(
        "store/orders/decide.html",
        page=frame.page(_("Cancel this order"), robots="noindex"),
        flashes=[],
        form=form,
        fields=[],
        order={"number": order.number},
        decision=_decision(),
        back_url=_back(order),
    )


def _decision() -> dict[str, Any]:
    return {
        "title": _("Cancel this order?"),
        "consequences": [
            _("Nothing is sent."),
            _("What you paid goes back the way it came; banks take up to ten days."),
            _("Name, address and e-mail go as if it had never been sent; you can delete them at once."),
        ],
        "yes": _("Cancel the order"),
    }
