"""The routes of the cart."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request
from flask import session as browser
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.carts import actions, queries
from oms.carts.models import Cart
from oms.kernel.db import reading, retry_conflicts, transaction
from oms.kernel.errors import BadInputError, CounterfoilError, NotFoundError
from oms.web import frame, security
from oms.web.errors import said, wants_json
from oms.web.markets import place
from oms.web.taking import takes
from storefront.cart import basket, pages
from storefront.cart.forms import AddForm, EstimateForm, LineForm
from storefront.catalog import pages as goods_pages
from storefront.catalog.market import market

blueprint = Blueprint("cart", __name__)


@blueprint.get("/cart")
def cart() -> ResponseReturnValue:
    """Show the cart, and at once what changed since it was seen last."""
    return _page()


def _page(estimate: tuple[str, str] = ("", "")) -> ResponseReturnValue:
    with transaction() as session:
        facts = market(session, place().market)
        view, changes = basket.refreshed(session) if "cart" in browser else (queries.EMPTY, [])
        if changes:
            view = basket.now(session)
        return render_template(
            "store/cart/cart.html",
            page=frame.page(_("Cart"), robots="noindex"),
            flashes=frame.flashed(),
            lines=pages.lines(view, facts.currency),
            changes=[pages.change_words(change, facts.currency) for change in changes],
            rows=pages.rows(view, facts),
            estimate=pages.estimate(session, view, facts, estimate),
            estimate_url=goods_pages.url("/cart/estimate"),
            shop_url=goods_pages.url("/"),
        )


@blueprint.get("/cart/count")
def count() -> ResponseReturnValue:
    """Return how many units are in the cart, for the small number beside its link."""
    if "cart" not in browser:
        return jsonify(count=0)
    with reading() as session:
        found = basket.found(session)
        return jsonify(count=queries.unit_count(session, found.id) if found else 0)


@blueprint.post("/cart/lines")
@security.same_origin
@takes(AddForm)
def add() -> ResponseReturnValue:
    """Put something in; with script the shopper stays on the page, without it is led to the cart."""
    form = AddForm()
    if not form.validate():
        return _told("warn", _("Choose what to add, and how many: between 1 and 999."), 422)
    try:
        title = _add(form.sku.data, form.quantity.data)
    except CounterfoilError as error:
        return _told("warn", said(error), 404 if isinstance(error, NotFoundError) else 422)
    return _told("good", _("%(name)s is in your cart.", name=title), 200)


@retry_conflicts
def _add(sku: str, quantity: int) -> str:
    with transaction() as session:
        found = basket.found_or_opened(session)
        basket.follow(session, found)
        return actions.add_line(session, found, sku, quantity).title


def _told(kind: str, sentence: str, status: int) -> ResponseReturnValue:
    if wants_json():
        return jsonify(kind=kind, message=sentence), status
    flash(sentence, kind)
    return redirect(goods_pages.url("/cart"), 303)


@blueprint.post("/cart/lines/<path:sku>")
@takes(LineForm)
def change(sku: str) -> ResponseReturnValue:
    """Change how many of a line, or take it out."""
    form = LineForm()
    is_removal = request.form.get("remove") == "yes"
    if not is_removal and not form.validate():
        flash(_("Choose a quantity between 0 and 999."), "warn")
        return redirect(goods_pages.url("/cart"), 303)
    try:
        with transaction() as session:
            actions.set_quantity(
                session, _own(basket.found(session)), sku, 0 if is_removal else form.quantity.data
            )
    except (BadInputError, NotFoundError) as error:
        flash(said(error), "warn")
    return redirect(goods_pages.url("/cart"), 303)


def _own(cart: Cart | None) -> Cart:
    if cart is None:
        raise NotFoundError("Your cart has expired. Add what you like again.")
    return cart


@blueprint.post("/cart/estimate")
@takes(EstimateForm)
def estimate() -> ResponseReturnValue:
    """Say what delivery would cost to a country and postcode; neither is kept."""
    form = EstimateForm()
    if not form.validate():
        flash(_("Choose a country."), "warn")
        return redirect(goods_pages.url("/cart"), 303)
    return _page(form.given())
