"""Reports in the words of the desk: tabs, the period, sums by currency, and tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.finance import period as periods
from oms.finance.costs.queries import Stated
from oms.finance.period import Period
from oms.finance.profit.queries import Figures, Profit, Row
from oms.finance.sheets import percent
from oms.finance.tax.queries import Return, Scheme, TaxRow
from oms.kernel.money import Money
from oms.privacy.clocks import calendar
from oms.web import filters
from oms.web.frame import flashed, page
from oms.web.pagination import Numbered

# Orders on one page.
SIZE = 50
_OWN = "own"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; `post` is the address of a button."""

    text: str
    url: str = ""
    is_code: bool = False
    is_strong: bool = False
    chip: dict[str, str] | None = None
    post: str = ""


def asked_period() -> tuple[str, Period]:
    """Return the word and the days that the address asks for; this month for anything else.

    Whoever changes the days, and leaves the word as it `was`, asks for these days.
    """
    today = calendar.today()
    month, quarter = periods.month_of(today), periods.quarter_of(today)
    known = {
        "this-month": month,
        "last-month": periods.month_of(periods.before(month)),
        "this-quarter": quarter,
        "last-quarter": periods.quarter_of(periods.before(quarter)),
    }
    word = request.args.get("period", "")
    shown = known.get(word, Period(month.first, today))
    first, last = _day("first", shown.first), _day("last", shown.last)
    own = Period(min(first, last), max(first, last))
    if word == _OWN or (word == request.args.get("was") and own != shown):
        return _OWN, own
    return (word, known[word]) if word in known else ("this-month", month)


def _day(name: str, other: date) -> date:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return other
    # Before the first and after the last of these no calendar reckons.
    return min(max(found, date(1970, 1, 1)), date(2999, 12, 31))


def asked_scheme() -> Scheme:
    """Return the scheme that the address asks for."""
    return Scheme.IMPORT if request.args.get("scheme") == Scheme.IMPORT.value else Scheme.UNION


def picker(word: str, period: Period, reported: Period) -> dict[str, Any]:
    """Return what the form of the period shows, and the days that a report tells of in answer."""
    options = [
        ("this-month", _("This month")),
        ("last-month", _("Last month")),
        ("this-quarter", _("This quarter")),
        ("last-quarter", _("Last quarter")),
        (_OWN, _("These days")),
    ]
    told = f"{filters.day(reported.first)} – {filters.day(reported.last)}"
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    return {"options": options, "selected": word, "told": told, **days}


def tabs(current: str, word: str, period: Period) -> list[dict[str, Any]]:
    """Return the reports, with the period of this one."""
    listed = [
        ("oms.money.index", _("Profit by SKU")),
        ("oms.money.orders", _("Profit by order")),
        ("oms.money.tax", _("Tax")),
        ("oms.money.one_stop_shop", _("One-stop shop")),
    ]
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()} if word == _OWN else {}
    asked: dict[str, Any] = {"period": word, **days}
    return [
        {"label": label, "url": url_for(where, **asked), "count": "", "is_current": where == current}
        for where, label in listed
    ]


def _money(amount: int | Money, currency: str = "") -> str:
    """Return an amount with a minus of its own width, from which no line breaks."""
    return filters.money(amount, currency).replace("-", "−")


def sums(found: Profit) -> list[dict[str, Any]]:
    """Return the sums of each currency, as the formula reads."""
    listed = []
    for currency in sorted({*found.totals, *found.stray}):
        one = found.totals.get(currency, Figures())
        told = _open(one)
        if currency in found.stray:
            fees = _money(found.stray[currency], currency)
            told.append(_("Besides, %(fees)s of fees went for payments that became no order.", fees=fees))
        listed.append({"title": currency, "rows": _formula(one, currency), "open": told})
    return listed


def _formula(one: Figures, currency: str) -> list[tuple[str, ...]]:
    def told(amount: int) -> str:
        return _money(amount, currency)

    rows: list[tuple[str, ...]] = [
        (_("Revenue, without tax"), told(one.revenue)),
        (_("Sent back, without tax"), told(-one.back)),
        (_("Cost of goods"), told(-one.goods)),
        (_("Payment fees"), told(-one.fees)),
        (_("Postage"), told(-one.postage)),
    ]
    if one.is_open:
        rows.append((_("Left out, as a cost is not known"), told(-one.left_out)))
    rows.append((_("Profit"), told(one.profit), "sum"))
    rows.append((_("Tax on it, for the authorities"), told(one.tax), "note"))
    return rows


def _open(one: Figures) -> list[str]:
    found = []
    if one.unstated:
        found.append(
            ngettext(
                "Nobody has stated what the goods of %(lines)s order line cost.",
                "Nobody has stated what the goods of %(lines)s order lines cost.",
                one.unstated,
                lines=filters.number(one.unstated),
            )
        )
    if one.unknown_fees:
        found.append(_("The fee of some payments is not known, or not yet: Stripe books it within minutes."))
    if one.unknown_postage:
        found.append(_("The postage of some parcels is not known: their labels were not bought here."))
    return found


def _amounts(one: Figures, currency: str) -> list[Cell]:
    amounts = (one.revenue, -one.back, -one.goods, -one.fees, -one.postage)
    cells = [Cell(_money(amount, currency)) for amount in amounts]
    if one.unstated and not one.goods:
        cells[2] = Cell(_("not known"))
    shown = _("not known") if one.is_open else _money(one.profit, currency)
    if one.is_open and one.profit:
        shown = _("%(profit)s and what is not known", profit=_money(one.profit, currency))
    return [*cells, Cell(shown, is_strong=True)]


def _profit_heads(*first: str) -> list[dict[str, Any]]:
    told = (_("Revenue"), _("Sent back"), _("Goods"), _("Fees"), _("Postage"), _("Profit"))
    return [*({"label": one} for one in first), *({"label": one, "end": True} for one in told)]


def by_sku(found: Profit) -> dict[str, Any]:
    """Return the table of SKUs; what has no stated cost leads to where it is stated."""
    rows = [_sku(row) for row in found.skus]
    heads = _profit_heads(_("SKU"), _("Units"))
    heads[1]["end"] = True
    return {"title": _("By SKU"), "heads": heads, "rows": rows}


def _sku(row: Row) -> list[Cell]:
    chip = {"word": _("cost unknown"), "kind": "late"} if row.figures.unstated else None
    first = Cell(row.name, url_for("oms.money.costs", sku=row.name), is_code=True, chip=chip)
    return [first, Cell(filters.number(row.figures.units)), *_amounts(row.figures, row.currency)]


def by_order(found: Numbered[Row]) -> dict[str, Any]:
    """Return the table of one page of orders, by their numbers alone."""
    day_of = calendar.current().day_of
    rows = []
    for row in found.rows:
        number = Cell(row.name, url_for("oms.orders.order", number=row.name), is_code=True)
        placed = Cell(filters.day(day_of(row.at)) if row.at else "")
        rows.append([number, placed, *_amounts(row.figures, row.currency)])
    return {"title": _("By order"), "heads": _profit_heads(_("Order"), _("Placed")), "rows": rows}


def unstated(found: Profit) -> list[dict[str, str]]:
    """Return the SKUs whose cost is to be stated, each once, with the address for it."""
    skus = sorted({row.name for row in found.skus if row.figures.unstated})
    return [{"label": sku, "url": url_for("oms.money.costs", sku=sku)} for sku in skus]


def by_rate(found: Sequence[TaxRow]) -> dict[str, Any]:
    """Return the table of countries and rates."""
    rows = []
    for row in found:
        one = row.taxed
        amounts = (one.net, one.tax, -one.back_net, -one.back_tax, one.due_net, one.due_tax)
        cells = [Cell(_money(amount, row.currency)) for amount in amounts]
        cells[-1] = replace(cells[-1], is_strong=True)
        rows.append([Cell(row.country), Cell(_rate(row.basis_points)), *cells])
    told = (_("Net"), _("Tax"), _("Net sent back"), _("Tax sent back"), _("Net that remains"), _("Tax due"))
    heads = [{"label": _("Country")}, *({"label": one, "end": True} for one in (_("Rate"), *told))]
    return {"title": _("By country and rate"), "heads": heads, "rows": rows}


def _rate(basis_points: int) -> str:
    return f"{percent(basis_points)}%"


def supplies(found: Return) -> list[dict[str, Any]]:
    """Return the three tables of a return: supplies, corrections, and what is due by state."""
    what = {"goods": _("goods"), "services": _("services")}
    supplied = [
        [
            *(Cell(text) for text in (one.consumption, one.sent_from, what[one.what])),
            Cell(_rate(one.basis_points)),
            Cell(_money(one.taxed.due_net, one.currency)),
            Cell(_money(one.taxed.due_tax, one.currency), is_strong=True),
        ]
        for one in found.supplies
    ]
    corrected = [
        [
            Cell(one.tax_period),
            Cell(one.consumption),
            Cell(_money(one.tax, one.currency), is_strong=True),
        ]
        for one in found.corrections
    ]
    due = [
        [Cell(state), Cell(_money(amount, currency), is_strong=True)]
        for (currency, state), amount in found.balances().items()
    ]
    heads = [{"label": one} for one in (_("Consumed in"), _("Sent from"), _("What"))]
    ends = [{"label": one, "end": True} for one in (_("Rate"), _("Taxable amount"), _("VAT"))]
    tax = {"label": _("VAT"), "end": True}
    return [
        {"title": _("Supplies"), "heads": [*heads, *ends], "rows": supplied},
        {
            "title": _("Corrections of earlier returns"),
            "heads": [{"label": _("Tax period")}, {"label": _("Consumed in")}, tax],
            "rows": corrected,
        },
        {"title": _("Due by state"), "heads": [{"label": _("Consumed in")}, tax], "rows": due},
    ]


def stated(found: Iterable[Stated], *, may_change: bool) -> dict[str, Any]:
    """Return the table of what was stated of a SKU."""
    rows = []
    for one in found:
        row = [Cell(filters.day(one.since)), Cell(_money(one.cost), is_strong=True)]
        if may_change:
            row.append(Cell(_("Take back"), post=url_for("oms.money.take_back", number=one.number)))
        rows.append(row)
    heads = [{"label": _("For orders from")}, {"label": _("One unit costs"), "end": True}]
    if may_change:
        heads.append({"label": _("Take back"), "hidden": True, "end": True})
    return {"title": _("Stated costs"), "heads": heads, "rows": rows}


def report(title: str, **values: Any) -> str:  # noqa: ANN401 - what the template lists
    """Return a report of the desk, printed; what is not given is empty."""
    given: dict[str, Any] = {
        **dict.fromkeys(("tabs", "sentences", "sums", "unstated", "tables", "more"), ()),
        "picker": None,
        "schemes": (),
        "download": "",
        "pages": None,
        "form": None,
        "back": "",
        **values,
    }
    shown = page(title, robots="noindex", back=given.pop("back"))
    return render_template("desk/money/report.html", page=shown, flashes=flashed(), **given)
