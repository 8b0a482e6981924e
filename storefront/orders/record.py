"""The ticket: on one side what we keep, on the other what we let go of and when."""

from datetime import datetime
from typing import Any

from babel import Locale
from flask_babel import gettext as _

from oms.kernel import clock
from oms.kernel.register import Event, Kind, kind_of
from oms.orders.models import Order
from oms.orders.personal import OrderContact, OrderDelivery
from oms.pricing.quote import Quote
from oms.web.filters import long_date, money, percent
from oms.web.markets import place


def country_name(code: str) -> str:
    """Return a country's name in the page's language."""
    return str(Locale.parse(place().locale).territories.get(code, code))


def gone_words(kind: Kind) -> str:
    """Return when a kind of record goes, in words, before the day is certain."""
    rule = kind.retention
    if rule.after is Event.DELIVERED:
        return str(_("%(days)s days after delivery", days=rule.days))
    if rule.after is Event.RETURN_WINDOW_ENDED:
        return str(_("when your right to return ends"))
    if rule.after is Event.ACCOUNT_CLOSED:
        return str(_("when you close your account"))
    return str(_("after %(days)s days", days=rule.days))


def of_quote(quote: Quote, country: str, delivery_name: str, *, has_address: bool) -> dict[str, Any]:
    """Return the ticket of what is about to be ordered."""
    rows: list[tuple[str, ...]] = [
        (f"{line.goods.title} × {line.quantity}", money(line.total, quote.currency)) for line in quote.lines
    ]
    if delivery_name:
        rows.append((delivery_name, money(quote.delivery, quote.currency)))
    taxes = [(part.basis_points, part.tax) for part in quote.taxes]
    kinds = [OrderDelivery, OrderContact] if has_address else [OrderContact]
    dates = [(_names(kind_of(kind)), gone_words(kind_of(kind))) for kind in kinds]
    return _ticket(
        rows, _sums(quote.total, taxes, quote.currency, country, included=quote.tax_included), dates
    )


def of_order(order: Order, ends: dict[str, datetime], delivery_name: str) -> dict[str, Any]:
    """Return the ticket of an order; `ends` are the days that are known by kind."""
    rows: list[tuple[str, ...]] = [
        (f"{line.title} × {line.quantity}", money(line.total, order.currency)) for line in order.lines
    ]
    if delivery_name:
        rows.append((delivery_name, money(order.delivery, order.currency)))
    taxes = [(part.basis_points, part.tax) for part in order.taxes]
    sums = _sums(order.total, taxes, order.currency, order.country, included=order.tax_included)
    return _ticket(rows, sums, _dates(order, ends))


def _dates(order: Order, ends: dict[str, datetime]) -> list[tuple[str, str]]:
    found = []
    for kind in (kind_of(OrderDelivery), kind_of(OrderContact)):
        if kind.name not in ends:
            continue
        day = long_date(clock.gone_on(ends[kind.name]))
        found.append((_names(kind), day if order.delivered_at is not None else gone_words(kind)))
    return found or [(_("Name, address and e-mail"), _("gone"))]


def _names(kind: Kind) -> str:
    return str(_("Name, address")) if kind.type is OrderDelivery else str(_("E-mail"))


def _sums(
    total: int, taxes: list[tuple[int, int]], currency: str, country: str, *, included: bool
) -> list[tuple[str, ...]]:
    words = _("of which tax %(rate)s, %(country)s") if included else _("tax %(rate)s, %(country)s")
    parts = [
        (
            words % {"rate": percent(bp / 10_000), "country": country_name(country)},
            money(tax, currency),
            "note",
        )
        for bp, tax in taxes
        if tax
    ]
    whole = (_("Total"), money(total, currency), "sum")
    return [whole, *parts] if included else [*parts, whole]


def _ticket(
    rows: list[tuple[str, ...]], sums: list[tuple[str, ...]], dates: list[tuple[str, str]]
) -> dict[str, Any]:
    return {"keep": "", "let_go": "", "foot": "", "let_go_foot": "", "rows": [*rows, *sums], "dates": dates}
