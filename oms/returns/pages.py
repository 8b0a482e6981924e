"""Withdrawals in the words of the desk; nobody is named."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from oms.kernel import clock
from oms.kernel.money import Money
from oms.orders.models import Order
from oms.returns.forms import SettleForm
from oms.returns.models import Withdrawal
from oms.returns.states import WithdrawalState
from oms.web.filters import day, moment, money
from oms.web.frame import page


def views(*, are_open: bool, waiting: int) -> list[dict[str, Any]]:
    """Return the two views of the list."""
    listed = [(_("To settle"), True, str(waiting) if waiting else ""), (_("Settled"), False, "")]
    return [
        {
            "label": label,
            "url": url_for(".index", view=None if is_open else "settled"),
            "count": count,
            "is_current": are_open == is_open,
        }
        for label, is_open, count in listed
    ]


def row(found: Withdrawal, order: Order) -> dict[str, Any]:
    """Return one line of the list."""
    is_open = found.state is WithdrawalState.DECLARED
    return {
        "number": order.number,
        "url": url_for("oms.orders.order", number=order.number),
        "declared": moment(found.declared_at),
        "acknowledged": moment(found.acknowledged_at) if found.acknowledged_at else _("not yet"),
        "refund_by": day(found.refund_by),
        "is_late": is_open and found.refund_by < clock.today(),
        "state": {"word": _(found.state), "kind": "waiting" if is_open else "done"},
        "refund_url": url_for("oms.changes.refund", number=order.number) if is_open else "",
        "settle_url": url_for(".settle", withdrawal=found.id) if is_open else "",
    }


def settling(order: Order, owed: Money, form: SettleForm) -> dict[str, Any]:
    """Return the page before a withdrawal is settled; it asks why where money is owed still."""
    amount = money(owed.amount, owed.currency)
    is_owed = owed.amount > 0
    title = _("Settle the withdrawal from order %(number)s", number=order.number)
    what = _("%(amount)s is owed still.", amount=amount) if is_owed else _("All that was owed went back.")
    return {
        "page": page(title, robots="noindex"),
        "decision": {
            "title": title,
            "sentence": _("Refund first what is owed, or say why it does not go back.")
            if is_owed
            else _("It leaves the list of what is to be paid back."),
            "yes": _("Settle it without paying %(amount)s", amount=amount) if is_owed else _("Settle it"),
            "undo": _("What is settled stays settled."),
        },
        "rows": [{"number": order.number, "what": what, "is_refused": False, "why": ""}],
        "form": form,
        "fields": [form.reason] if is_owed else [],
        "kept": [],
        "back_url": url_for(".index"),
    }
