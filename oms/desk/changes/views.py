"""Pages on which staff change an order: each shows first what will happen, and then does it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from oms.desk.changes import actions
from oms.desk.changes.forms import CancelForm, HoldForm, RefundForm, name_of, refund_form
from oms.desk.orders.sending import queries as sending
from oms.kernel.db import reading, transaction
from oms.kernel.errors import ConflictError, NotFoundError
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.refunding.actions import parts_of
from oms.orders.refunding.queries import Refundable, refundable
from oms.web import filters
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit
from oms.web.taking import takes

blueprint = Blueprint("changes", __name__)


@blueprint.route("/orders/<number>/hold", methods=["GET", "POST"])
@permit(Permission.ORDERS_CHANGE)
@takes(HoldForm)
def hold(number: str) -> ResponseReturnValue:
    """Make an order wait, with a reason."""
    form = HoldForm()
    with reading() as session:
        found = _found(session, number)
        refusal = actions.why_not_hold(session, found)
    if form.validate_on_submit() and not refusal:
        with transaction() as session:
            actions.hold(session, number, str(form.reason.data), by=actor())
        flash(_("This order waits now. Nobody picks it until you let it go on."), "good")
        return redirect(_page_of(found), 303)
    decision = {
        "title": _("Hold order %(number)s", number=found.number),
        "sentence": _("Nobody picks or packs an order that is held."),
        "yes": _("Hold it"),
        "undo": _("You can let it go on at any time."),
    }
    rows = [_row(found, _("It waits until somebody lets it go on."), refusal)]
    return _confirm(decision, rows, found, form=form, fields=[form.reason]), 409 if refusal else _status(form)


@blueprint.post("/orders/holds/<int:hold>/lift")
@permit(Permission.ORDERS_CHANGE)
def lift(hold: int) -> ResponseReturnValue:
    """Let an order go on."""
    with transaction() as session:
        found = actions.lift(session, hold, by=actor())
    flash(_("This order goes on."), "good")
    return redirect(_page_of(found), 303)


@blueprint.route("/orders/<number>/cancel", methods=["GET", "POST"])
@permit(Permission.ORDERS_CHANGE)
@takes(CancelForm)
def cancel(number: str) -> ResponseReturnValue:
    """Cancel an order before anything of it left: goods go back to the shelf, money to the buyer."""
    form = CancelForm()
    with reading() as session:
        found = _found(session, number)
        refusal, left = sending.why_not_cancel(session, found), refundable(session, found)
    amount = filters.money(left.cap, left.currency)
    if form.validate_on_submit() and not refusal:
        with transaction() as session:
            actions.cancel(session, number, str(form.reason.data), by=actor())
        flash(_("This order is cancelled. %(amount)s is on its way back.", amount=amount), "good")
        return redirect(_page_of(found), 303)
    decision = {
        "title": _("Cancel order %(number)s", number=found.number),
        "sentence": _("The goods go back to the shelf, and the buyer hears of it by mail."),
        "yes": _("Cancel it and send %(amount)s back", amount=amount),
        "undo": _("A cancelled order stays cancelled."),
    }
    rows = [_row(found, _("%(amount)s goes back to the buyer.", amount=amount), refusal)]
    return _confirm(decision, rows, found, form=form, fields=[form.reason]), 409 if refusal else _status(form)


@blueprint.route("/orders/<number>/refund", methods=["GET", "POST"])
@permit(Permission.REFUND)
@takes(RefundForm, "line-*")
def refund(number: str) -> ResponseReturnValue:
    """Give money back, whole or by line: first how many of what, then the amount, then it is done."""
    with reading() as session:
        found = _found(session, number)
        if found.channel:
            raise ConflictError(sending.ELSEWHERE)
        left = refundable(session, found)
    form = refund_form(left)
    if not form.validate_on_submit():
        return _refund(found, left, form), _status(form)
    wanted = form.to_request(left)
    amount = min(sum(part.amount for part in parts_of(wanted, left)), left.cap)
    if not amount:
        form.form_errors.append(_("Choose at least one thing to give money back for."))
        return _refund(found, left, form), 422
    if form.sure.data != str(amount):
        return _sure(found, filters.money(amount, found.currency), {**request.form, "sure": str(amount)})
    with transaction() as session:
        actions.refund(session, number, wanted, by=actor())
    told = filters.money(amount, found.currency)
    flash(_("%(amount)s is on its way back. The buyer hears of it by mail.", amount=told), "good")
    return redirect(_page_of(found), 303)


def _refund(found: Order, left: Refundable, form: RefundForm) -> str:
    cap = _(
        "%(left)s of %(captured)s may still go back.",
        left=filters.money(left.cap, left.currency),
        captured=filters.money(left.captured, left.currency),
    )
    return _page(
        "desk/orders/refund.html",
        _("Refund order %(number)s", number=found.number),
        order={"number": found.number},
        cap=cap,
        lines=_lines(found, left, form),
        delivery=filters.money(left.delivery.left, left.currency) if left.delivery.left else "",
        form=form,
        back_url=_page_of(found),
    )


def _lines(found: Order, left: Refundable, form: RefundForm) -> list[dict[str, Any]]:
    by_line = {share.order_line_id: share for share in left.shares}
    return [
        {
            "id": line.id,
            "sku": line.sku,
            "name": line.title,
            "choice": line.choices,
            "each": filters.money(by_line[line.id].amount(1) or line.unit_price, found.currency),
            "most": by_line[line.id].units_left,
            "value": form[name_of(line.id)].data or 0,
            "error": next(iter(form[name_of(line.id)].errors), ""),
        }
        for line in found.lines
    ]


def _sure(found: Order, amount: str, kept: dict[str, str]) -> str:
    decision = {
        "title": _("Refund order %(number)s", number=found.number),
        "sentence": _("%(amount)s goes back the way it came.", amount=amount),
        "yes": _("Send %(amount)s back", amount=amount),
        "undo": _("Money that was sent back cannot be called back."),
    }
    kept.pop("csrf_token", None)
    row = _row(found, _("%(amount)s goes back to the buyer.", amount=amount), "")
    return _confirm(decision, [row], found, kept=list(kept.items()))


def _confirm(decision: dict[str, str], rows: list[dict[str, Any]], found: Order, **more: object) -> str:
    told = {"form": None, "fields": [], "kept": [], "back_url": _page_of(found), **more}
    return _page("desk/orders/confirm.html", decision["title"], decision=decision, rows=rows, **told)


def _row(found: Order, what: str, refusal: str) -> dict[str, Any]:
    return {
        "number": found.number,
        "what": what,
        "is_refused": bool(refusal),
        "why": _(refusal) if refusal else "",
    }


def _status(form: CancelForm | HoldForm | RefundForm) -> int:
    return 422 if form.errors else 200


def _page_of(found: Order) -> str:
    return url_for("oms.orders.order", number=found.number)


def _found(session: Session, number: str) -> Order:
    found = orders.by_number(session, number)
    if found is None or found.placed_at is None:
        raise NotFoundError("There is no order of this number.")
    return found


def _page(template: str, title: str, **more: object) -> str:
    return render_template(template, page=page(title, robots="noindex"), flashes=flashed(), **more)
