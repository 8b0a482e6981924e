"""The routes of the order page."""

from flask import Blueprint, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.buyers.states import CodePurpose
from oms.kernel.db import reading
from oms.kernel.errors import NotFoundError, UnavailableError
from oms.orders import queries
from oms.orders.models import Order
from oms.orders.states import OrderState
from oms.payments import gateway
from oms.payments import queries as payments
from oms.payments.states import PaymentState
from oms.web import frame
from oms.web.errors import wants_json
from oms.web.limits import limiter
from oms.web.taking import takes
from storefront.account import codes
from storefront.catalog import pages as goods_pages
from storefront.checkout import paying
from storefront.orders import pages, standing
from storefront.orders.access import may_see
from storefront.orders.forms import FindForm

blueprint = Blueprint("orders", __name__)
ASKED = "10 per minute;60 per hour"
# Seconds after which a page that waits for Stripe asks again by itself, without script too.
LOOK_AGAIN = 5


@blueprint.route("/orders", methods=["GET", "POST"])
@limiter.limit(ASKED, methods=["POST"])
@takes(FindForm)
def find() -> ResponseReturnValue:
    """Ask for a number and a mailbox, and mail a code; whether they fit is not told before it is typed."""
    form = FindForm(data={"number": request.args.get("number", "")})
    if form.validate_on_submit():
        onward = f"/orders/{form.number.data}"
        return codes.begin(form.email.data, CodePurpose.ORDER, onward=onward, back="/orders")
    shown = frame.page(_("Find an order"), robots="noindex")
    lost_url = goods_pages.url("/orders/locked-out")
    page = render_template("store/orders/find.html", page=shown, form=form, lost_url=lost_url)
    return page, 422 if form.errors else 200


@blueprint.get("/orders/<number>")
def order(number: str) -> ResponseReturnValue:
    """Show an order to its person; to anybody else its state, and the way in."""
    with reading() as session:
        found = queries.by_number(session, number)
    if found is None:
        raise NotFoundError("There is no order of this number. Look for a mistyped letter.")
    is_own = may_see(found)
    if is_own and found.state is OrderState.AWAITING_PAYMENT:
        found = _asked_again(found)
    if wants_json():
        return jsonify(_twin(found, is_own=is_own))
    shown = frame.page(f"{_('Order')} {found.number}", robots="noindex")
    if not is_own:
        is_gone = found.forgotten_at is not None
        find_url = "" if is_gone else goods_pages.url(f"/orders?number={found.number}")
        with reading() as session:
            summary = standing.summary(session, found)
        return render_template("store/orders/status.html", page=shown, order=summary, find_url=find_url)
    with reading() as session:
        values = pages.context(session, found)
    page = make_response(
        render_template("store/orders/order.html", page=shown, flashes=frame.flashed(), **values)
    )
    if found.state is OrderState.AWAITING_PAYMENT:
        page.headers["Refresh"] = str(LOOK_AGAIN)
    return page


def _asked_again(found: Order) -> Order:
    """Ask Stripe once itself, so that nobody who has paid waits for a webhook on this page."""
    with reading() as session:
        payment = payments.latest(session, found.id)
    if payment is None or payment.session_ref is None:
        return found
    try:
        truth = gateway.look_up(payment.session_ref)
    except UnavailableError:
        return found
    if truth.state is not PaymentState.PENDING:
        paying.learn(found, payment, truth)
    with reading() as session:
        return queries.get(session, found.id)


def _twin(found: Order, *, is_own: bool) -> dict[str, object]:
    told: dict[str, object] = {"number": found.number, "state": found.state}
    if is_own:
        told["currency"], told["total"] = found.currency, found.total
        told["lines"] = [
            {"sku": line.sku, "quantity": line.quantity, "total": line.total} for line in found.lines
        ]
    return told
