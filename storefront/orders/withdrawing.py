"""Withdrawing from a contract in the Union: a statement, a yes, and the acknowledgment by mail.

Directive 2011/83/EU, article 11a (by Directive 2023/2673, in force since 19 June 2026): reachable all through
the period, from the order and from every page, with or without an account; nothing asked but name, contract
and where the acknowledgment goes.
"""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.kernel import vault
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError
from oms.kernel.register import Purpose, kind_of
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.returns import actions, queries
from oms.returns.actions import Declaration
from oms.returns.personal import WithdrawalStatement
from oms.returns.queries import Right
from oms.web import frame, security
from oms.web.errors import said
from oms.web.filters import long_date, moment
from oms.web.limits import limiter
from oms.web.taking import takes
from storefront.catalog import pages as goods_pages
from storefront.orders import right
from storefront.orders.access import may_see
from storefront.orders.forms import OwnWithdrawalForm, WithdrawalForm

blueprint = Blueprint("withdrawing", __name__)
_TRIES = "10 per minute;60 per hour"
_UNKNOWN = frozenset({"unknown"})


@dataclass(frozen=True, slots=True)
class _Step:
    """One pass through the two steps: the order, its right, and where a step leads back to."""

    form: WithdrawalForm
    order: Order | None
    right: Right | None
    back: str


@blueprint.route("/orders/<number>/withdraw", methods=["GET", "POST"])
@limiter.limit(_TRIES, methods=["POST"])
@takes(OwnWithdrawalForm)
def own(number: str) -> ResponseReturnValue:
    """Withdraw from the order of this browser; name and mailbox are filled in, and can be changed."""
    with reading() as session:
        order = orders.by_number(session, number)
        if order is None or not may_see(order):
            return redirect(goods_pages.url("/withdraw"), 303)
        found = queries.right_of(session, order)
        known = _known(session, order)
    if found is None:
        flash(_("There is no right to withdraw from this order, or it has ended."), "warn")
        return redirect(goods_pages.url(f"/orders/{order.number}"), 303)
    return _step(_Step(OwnWithdrawalForm(data=known), order, found, f"/orders/{order.number}"))


@blueprint.route("/withdraw", methods=["GET", "POST"])
@limiter.limit(_TRIES, methods=["POST"])
@takes(WithdrawalForm)
def find() -> ResponseReturnValue:
    """Withdraw by order number and mailbox alone; which of the two was wrong is not told."""
    form = WithdrawalForm(data={"number": request.args.get("number", "")}, facts=_UNKNOWN)
    if not form.is_submitted() or not form.validate():
        return _step(_Step(form, None, None, "/orders"))
    with reading() as session:
        order = queries.order_by(session, str(form.number.data), str(form.email.data))
        found = queries.right_of(session, order) if order else None
    if order is None or found is None:
        form.form_errors = [
            _("No order of this number and address can be withdrawn from. Look for a mistyped letter.")
        ]
        return _step(_Step(form, None, None, "/orders"))
    return _step(_Step(form, order, found, "/orders"))


def _known(session: Session, order: Order) -> dict[str, str]:
    by = security.actor()
    found = vault.open_many(session, [OrderDelivery, OrderContact], order.unit, purpose=Purpose.RIGHTS, by=by)
    delivery, contact = found.get(OrderDelivery), found.get(OrderContact)
    return {"name": delivery.name if delivery else "", "email": contact.email if contact else ""}


def _step(at: _Step) -> ResponseReturnValue:
    """Show the statement, then what was stated beside the yes; with the yes, take it."""
    form = at.form
    if at.order is None or at.right is None or not form.validate_on_submit():
        return _statement(at)
    if request.form.get("step") != "confirm":
        return _confirm(at, at.order, at.right)
    statement = WithdrawalStatement(name=str(form.name.data), email=str(form.email.data))
    with reading() as session:
        keys = actions.prepare(session, at.order)
    try:
        with transaction() as session:
            made = actions.withdraw(session, Declaration(at.order.id, statement, keys), by=security.actor())
    except ConflictError as error:
        form.form_errors = [said(error)]
        return _statement(at)
    return render_template(
        "store/orders/withdrawn.html",
        page=frame.page(_("You have withdrawn"), robots="noindex"),
        order={"number": at.order.number, "url": goods_pages.url(f"/orders/{at.order.number}")},
        declared=moment(made.declared_at),
        refund_by=long_date(made.refund_by),
    )


def _statement(at: _Step) -> ResponseReturnValue:
    kind = kind_of(WithdrawalStatement)
    form = at.form
    shown = render_template(
        "store/orders/withdraw.html",
        page=frame.page(_("Withdraw from contract"), robots="noindex"),
        form=form,
        order={"number": at.order.number} if at.order else None,
        until=right.until(at.right) if at.right else "",
        goods=right.goods(at.right) if at.right else [],
        excluded=right.excluded(at.right) if at.right else [],
        whys={field.name: _(field.why) for field in kind.fields},
        back_url=goods_pages.url(at.back),
    )
    return shown, 422 if form.errors or form.form_errors else 200


def _confirm(at: _Step, order: Order, found: Right) -> ResponseReturnValue:
    return render_template(
        "store/orders/withdraw_confirm.html",
        page=frame.page(_("Confirm withdrawal"), robots="noindex"),
        fields={**at.form.data, "step": "confirm"},
        order={"number": order.number},
        stated=[
            (_("Name"), str(at.form.name.data)),
            (_("Contract"), _("Order %(number)s", number=order.number)),
            (_("Acknowledgment to"), str(at.form.email.data)),
        ],
        goods=right.goods(found),
        excluded=right.excluded(found),
        back_url=goods_pages.url(at.back),
    )
