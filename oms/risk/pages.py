"""Doubtful orders in the words of the desk."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from oms.orders.models import Order
from oms.risk import words
from oms.risk.models import CheckoutAlert, OrderDoubt
from oms.risk.personal import DoubtReasons
from oms.risk.scoring import read
from oms.risk.states import DoubtState
from oms.web.filters import moment, money
from oms.web.frame import flashed, page

Found = Sequence[tuple[OrderDoubt, Order]]


def listing(waiting: Found, done: Found, alert: CheckoutAlert | None, names: Mapping[str, str]) -> str:
    """Return the list: what waits, what was decided lately, and whether cards are being tried."""
    sentences = [_("These orders wait until somebody looks, for two days at most. Then they are sent.")]
    if alert is not None:
        told = {"refused": alert.refused, "paid": alert.paid, "when": moment(alert.at)}
        sentences.insert(
            0,
            _(
                "Cards are being tried: %(refused)s refused and %(paid)s paid in the hour to %(when)s.",
                **told,
            ),
        )
    open_rows = [
        [_number(order), (money(order.money), ""), (moment(one.due_at), "")] for one, order in waiting
    ]
    done_rows = [
        [_number(order), (_decided(one), ""), (_who(one, names), ""), (moment(one.decided_at or one.at), "")]
        for one, order in done
    ]
    tables = [
        _table(_("Wait for a look"), [_("Order"), _("Total"), _("Sent by itself on")], open_rows),
        _table(_("Decided lately"), [_("Order"), _("What"), _("Who"), _("When")], done_rows),
    ]
    return _sheet(_("Doubtful orders"), url_for("oms.home.index"), sentences=sentences, tables=tables)


def one(found: OrderDoubt, order: Order, reasons: DoubtReasons | None, names: Mapping[str, str]) -> str:
    """Return one doubtful order: why it waits, with figures, and the two ways out, which are equal."""
    facts = [
        (_("Order"), order.number),
        (_("Total"), money(order.money)),
        (_("Placed"), moment(order.placed_at or order.created_at)),
        (_("Points, of 100"), reasons.points if reasons else _("gone")),
    ]
    steps = []
    if found.state is DoubtState.OPEN:
        facts.append((_("Sent by itself on"), moment(found.due_at)))
        for label, endpoint in ((_("Send it"), ".send"), (_("Cancel it, money back"), ".cancel")):
            steps.append({"label": label, "url": url_for(endpoint, number=order.number), "kind": ""})
    else:
        told = f"{_decided(found)}, {_who(found, names)}, {moment(found.decided_at or found.at)}"
        facts.append((_("Decided"), told))
    signs = read(reasons.signs) if reasons else {}
    rows = [[(words.sentence(sign, figure, _), "")] for sign, figure in signs.items()]
    return _sheet(
        _("Doubtful order %(number)s", number=order.number),
        url_for(".index"),
        sentences=[_("Each of it happens to honest people. The buyer reads it too, and what you decide.")],
        facts=facts,
        tables=[_table(_("What looked unusual"), [_("Sign")], rows)],
        steps=steps,
    )


def _number(order: Order) -> tuple[str, str]:
    return order.number, url_for(".doubt", number=order.number)


def _decided(found: OrderDoubt) -> str:
    told = {
        DoubtState.CLEARED: _("sent"),
        DoubtState.CANCELLED: _("cancelled, money back"),
        DoubtState.LAPSED: _("nobody looked in time: sent"),
        DoubtState.ENDED: _("cancelled before a look"),
    }
    return str(told.get(found.state, _("open")))


def _who(found: OrderDoubt, names: Mapping[str, str]) -> str:
    by_itself = str(_("by itself"))
    return names.get(found.by_id, found.by_id) if found.by_kind == "staff" else by_itself


def _table(title: str, heads: list[str], rows: list[list[tuple[str, str]]]) -> dict[str, Any]:
    return {"title": title, "heads": [{"label": head} for head in heads], "rows": rows, "empty": _("None.")}


def _sheet(title: str, back: str, **values: Any) -> str:  # noqa: ANN401 - what the template lists
    given = {"chip": None, "sentences": [], "facts": [], "tables": [], "forms": [], "steps": [], **values}
    shown = page(title, robots="noindex", back=back)
    return render_template("desk/privacy/sheet.html", page=shown, flashes=flashed(), **given)
