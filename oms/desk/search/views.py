"""The search of the desk, as a page and as the palette that Ctrl-K opens."""

from dataclasses import dataclass

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from oms.desk.orders import pages as order_pages
from oms.desk.pages import RAIL
from oms.desk.search import queries
from oms.kernel.db import reading, transaction
from oms.orders.models import Order
from oms.web.frame import flashed, page
from oms.web.permissions import Permission
from oms.web.security import actor, permit, signed_in

blueprint = Blueprint("search", __name__)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found, with where it leads."""

    label: str
    hint: str
    url: str
    state: order_pages.Chip | None = None


@blueprint.get("/search")
@permit(Permission.HOME)
def found() -> ResponseReturnValue:
    """Find by order number, SKU or exact e-mail. One hit is opened; an address is never shown again."""
    typed = _typed()
    mailbox = queries.mailbox_in(typed) if "@" in typed else ""
    if mailbox:
        return _of_mailbox(mailbox)
    groups = [(_("Orders"), _orders(typed)), (_("SKUs"), _skus(typed))]
    hits = [hit for _title, rows in groups for hit in rows]
    if len(hits) == 1:
        return redirect(hits[0].url, 303)
    shown = [{"title": title, "rows": rows} for title, rows in groups if rows]
    return _page("" if "@" in typed else typed, shown)


@blueprint.get("/palette")
@permit(Permission.HOME)
def palette() -> ResponseReturnValue:
    """Answer the palette with JSON: pages, and what the typed words find."""
    typed = _typed()
    mailbox = queries.mailbox_in(typed) if "@" in typed else ""
    hits = _pages(typed)
    if mailbox and signed_in().may(Permission.REVEAL):
        hits = [Hit(_("Orders of this e-mail"), _("The buyer can see this look."), _search(typed))]
    elif typed and "@" not in typed:
        hits = [*_orders(typed), *hits, *_skus(typed)]
    return jsonify([{"label": hit.label, "hint": hit.hint, "url": hit.url} for hit in hits])


def _typed() -> str:
    return request.args.get("q", "").strip()[: queries.LONGEST]


def _search(typed: str) -> str:
    return url_for(".found", q=typed)


def _of_mailbox(mailbox: str) -> ResponseReturnValue:
    if not signed_in().may(Permission.REVEAL):
        return _page("", [])
    with transaction() as session:
        numbers = queries.orders_of_mailbox(session, mailbox, by=actor())
    if not numbers:
        return _page("", [])
    if len(numbers) == 1:
        return redirect(url_for("oms.orders.order", number=numbers[0]), 303)
    return redirect(url_for("oms.orders.index", only=",".join(numbers)), 303)


def _orders(typed: str) -> list[Hit]:
    if not typed or not signed_in().may(Permission.ORDERS_READ):
        return []
    with reading() as session:
        order = queries.order_of(session, typed)
    return [_order(order)] if order else []


def _order(order: Order) -> Hit:
    to = order_pages.place(order.country, order.postcode_prefix)
    url = url_for("oms.orders.order", number=order.number)
    return Hit(order.number, to, url, order_pages.state(order))


def _skus(typed: str) -> list[Hit]:
    if not typed or not signed_in().may(Permission.STOCK_READ) or not _is_there("oms.stock.level"):
        return []
    with reading() as session:
        hits = queries.skus(session, typed)
    return [Hit(one.sku, one.title, url_for("oms.stock.level", sku=one.sku)) for one in hits]


def _pages(typed: str) -> list[Hit]:
    words = typed.casefold()
    return [
        Hit(str(place.label), str(title), url_for(place.endpoint))
        for title, places in RAIL
        for place in places
        if _is_there(place.endpoint)
        and signed_in().may(place.permission)
        and words in str(place.label).casefold()
    ]


def _is_there(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def _page(typed: str, groups: list[dict[str, object]]) -> str:
    return render_template(
        "desk/search/results.html",
        page=page(_("Search"), robots="noindex"),
        flashes=flashed(),
        q=typed,
        groups=groups,
    )
