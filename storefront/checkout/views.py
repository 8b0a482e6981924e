"""The routes of the checkout: one page, then a 303 to Stripe."""

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.carts.queries import Change
from oms.inventory.sourcing import OutOfStockError
from oms.kernel import ids
from oms.kernel.db import transaction
from oms.kernel.errors import BadInputError, CounterfoilError, OvertakenError, UnavailableError
from oms.orders.placing.actions import PriceChangedError
from oms.payments.words import GatewayRefusedError
from oms.pricing.quote import NotSellableError
from oms.web import frame
from oms.web.errors import said
from oms.web.markets import place
from oms.web.taking import takes
from storefront.cart import basket
from storefront.cart.pages import change_words
from storefront.catalog import pages as goods_pages
from storefront.catalog.market import market
from storefront.checkout import pages, paying
from storefront.checkout.forms import ADDRESS, ORDERING, CheckoutForm
from storefront.checkout.pages import Counter

blueprint = Blueprint("checkout", __name__)


@blueprint.get("/checkout")
def checkout() -> ResponseReturnValue:
    """Show the fields that this order needs; after coming back from Stripe, with what was typed."""
    filled = _typed_before()
    with transaction() as session:
        at = _counter(session, filled)
        if at is None:
            return redirect(goods_pages.url("/cart"), 303)
        form = pages.form_of(at, {**filled, "placement_key": ids.token()})
        return _page(session, at, form)


def _typed_before() -> dict[str, str]:
    back = paying.came_back()
    if back is None:
        return {}
    order, typed = back
    found = {"method": order.method, "country": order.country}
    if typed.contact is not None:
        found["email"] = typed.contact.email
    if typed.delivery is not None:
        parts = ("name", "street", "city", "region", "postcode", "phone")
        found.update({part: getattr(typed.delivery, part) for part in parts})
    return found


def _counter(session: Session, given: dict[str, str]) -> Counter | None:
    """Return the checkout of the cart as it is; None where the cart's page has something to tell first."""
    view, changes = basket.refreshed(session)
    facts = market(session, place().market)
    _tell(changes, facts.currency)
    return pages.counter(session, view, facts, given) if view.entries else None


def _page(session: Session, at: Counter, form: CheckoutForm, status: int = 200) -> ResponseReturnValue:
    if at.trouble is not None and at.trouble.field in form and not form[at.trouble.field].errors:
        form[at.trouble.field].errors = [said(at.trouble)]
    values = pages.context(session, at, form)
    told = frame.flashed()
    shown = frame.page(_("Checkout"), robots="noindex")
    return render_template("store/checkout/checkout.html", page=shown, flashes=told, **values), status


@blueprint.post("/checkout")
@takes(CheckoutForm, *ADDRESS, *ORDERING)
def pay() -> ResponseReturnValue:
    """Check what was typed, place the order, lead to Stripe's page; or say on the page what is wrong."""
    with transaction() as session:
        at = _counter(session, request.form.to_dict())
        if at is None:
            return redirect(goods_pages.url("/cart"), 303)
        sent = (request.form.get("asked", ""), request.form.get("shown", ""))
        form = pages.form_of(at)
        if request.form.get("step") != "pay" or sent != (at.asked, at.quoted.quote.fingerprint):
            return _again(session, at, form, is_pay=request.form.get("step") == "pay")
        if at.trouble is not None or not form.validate():
            return _page(session, at, form, 422)
    try:
        return redirect(paying.place(at, form), 303)
    except CounterfoilError as error:
        return _refused(form, error)


def _again(session: Session, at: Counter, form: CheckoutForm, *, is_pay: bool) -> ResponseReturnValue:
    form.placement_key.data = form.placement_key.data or ids.token()
    if is_pay:
        form.form_errors = [_("Something changed. Look at the fields and the total again, then pay.")]
    return _page(session, at, form, 422 if is_pay else 200)


def _tell(changes: list[Change], currency: str) -> None:
    for change in changes:
        kind, sentence = change_words(change, currency)
        flash(sentence, kind)


def _told_of_changes() -> bool:
    with transaction() as session:
        _view, changes = basket.refreshed(session)
        _tell(changes, market(session, place().market).currency)
    return bool(changes)


def _refused(form: CheckoutForm, error: CounterfoilError) -> ResponseReturnValue:
    if isinstance(error, OutOfStockError | NotSellableError):
        if not _told_of_changes():
            flash(said(error), "warn")
        return redirect(goods_pages.url("/cart"), 303)
    if not isinstance(error, PriceChangedError | OvertakenError | BadInputError | UnavailableError):
        raise error
    form.form_errors = [said(error)]
    if isinstance(error, UnavailableError):
        form.trouble = _("The payment did not go through")
    with transaction() as session:
        at = _counter(session, request.form.to_dict())
        if at is None:
            return redirect(goods_pages.url("/cart"), 303)
        form.shown.data = at.quoted.quote.fingerprint
        return _page(session, at, form, _status(error))


def _status(error: CounterfoilError) -> int:
    if isinstance(error, GatewayRefusedError):
        return 422
    return 503 if isinstance(error, UnavailableError) else 409
