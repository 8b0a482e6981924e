"""The desk's page of withdrawals: which contracts ended, by when money is owed, and that it went."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.kernel.db import reading, transaction
from oms.orders import queries as orders
from oms.returns import actions, pages, queries
from oms.returns.forms import SettleForm
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("returns", __name__)


@blueprint.get("/returns")
@permit(Permission.ORDERS_READ)
def index() -> ResponseReturnValue:
    """List withdrawals that wait for their settlement, or those that are settled."""
    are_open = request.args.get("view") != "settled"
    with reading() as session:
        waiting = queries.listed(session, are_open=True)
        found = waiting if are_open else queries.listed(session, are_open=False)
    return render_template(
        "desk/returns/list.html",
        page=page(_("Returns"), robots="noindex"),
        flashes=flashed(),
        views=pages.views(are_open=are_open, waiting=len(waiting)),
        withdrawals=[pages.row(withdrawal, order) for withdrawal, order in found],
    )


@blueprint.route("/returns/withdrawals/<int:withdrawal>/settle", methods=["GET", "POST"])
@permit(Permission.REFUND)
@takes(SettleForm)
def settle(withdrawal: int) -> ResponseReturnValue:
    """Note that all money went back; where some is owed still, with the reason why it does not go."""
    form = SettleForm()
    with reading() as session:
        order = orders.get(session, queries.found(session, withdrawal).order_id)
        owed = queries.still_owed(session, order)
    if request.method == "GET" or (owed.amount and not form.validate()):
        told = pages.settling(order, owed, form)
        shown = render_template("desk/orders/confirm.html", flashes=flashed(), **told)
        return shown, 422 if form.errors else 200
    with transaction() as session:
        actions.settle(session, withdrawal, by=actor(), why=str(form.reason.data or ""))
    flash(_("Settled."), "good")
    return redirect(url_for(".index"), 303)
