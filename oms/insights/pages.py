"""What to order, in the words of the desk."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from oms.catalog.exchange.formulas import made_harmless
from oms.insights.demand.forecasting import WEEK, over
from oms.insights.forms import OrderedForm, RuleForm
from oms.insights.models import ReplenishmentRule
from oms.insights.queries import Ordered, Stand
from oms.insights.reordering import LEAD_DAYS, PACK, REVIEW_DAYS
from oms.kernel import clock
from oms.web import filters
from oms.web.frame import flashed, page

# Weeks to come that are shown; and the drawing, in its own units.
_AHEAD = 4
_YEAR = 365
_STEP, _BAR, _TALL, _FOOT = 40, 28, 100, 116


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of one SKU: where it stands, what was ordered of it, how it is bought."""

    sku: str
    stand: Stand | None
    ordered: Ordered | None
    rule: ReplenishmentRule | None


def listing(wanted: Sequence[Stand], others: Sequence[Stand]) -> str:
    """Return the list of what to order now, and what is next."""
    return render_template(
        "desk/replenish/list.html",
        page=page(_("To order"), robots="noindex"),
        flashes=flashed(),
        wanted=[_row(one) for one in wanted],
        others=[_row(one) for one in others],
        csv_url=url_for(".table") if wanted else "",
    )


def _row(found: Stand) -> dict[str, str]:
    return {
        "sku": found.sku,
        "url": url_for(".sku", sku=found.sku),
        "name": found.title,
        "choice": found.choice,
        "free": filters.number(found.free),
        "way": filters.number(found.way),
        "per_day": _rounded(found.per_day),
        "lasts": _lasts(found),
        "point": _point(found),
        "quantity": filters.number(found.quantity),
        "why": _why(found),
    }


def table(wanted: Sequence[Stand]) -> str:
    """Return what to order now as CSV; no cell is run by a spreadsheet."""
    held = io.StringIO()
    writer = csv.writer(held)
    heads = ("SKU", "Goods", "Choice", "Free", "On the way", "Per day", "Days left", "Order at", "Order")
    writer.writerow(heads)
    for one in wanted:
        words = [made_harmless(text) for text in (one.sku, one.title, one.choice)]
        days = "" if one.days_left is None else one.days_left
        figures = (one.free, one.way, round(one.per_day, 2), days, one.forecast.reorder_point, one.quantity)
        writer.writerow([*words, *figures])
    return held.getvalue()


def sheet(found: Sheet, forms: tuple[RuleForm, OrderedForm] | None) -> str:
    """Return the page of one SKU; without forms to who may only look."""
    stand = found.stand
    is_told = stand is not None and stand.forecast.days > 0
    defaults = {"lead_days": LEAD_DAYS, "review_days": REVIEW_DAYS, "pack": PACK}
    return render_template(
        "desk/replenish/sku.html",
        page=page(stand.title if stand else found.sku, robots="noindex", back=url_for(".index")),
        flashes=flashed(),
        item={"sku": found.sku, "choice": stand.choice if stand else ""},
        stock_url=url_for("oms.stock.level", sku=found.sku),
        chip=_chip(stand),
        facts=_facts(stand, found) if stand else [],
        sentences=_sentences(stand),
        weeks=_weeks(stand) if stand and is_told else [],
        chart=_chart(stand) if stand and is_told else None,
        rule=forms[0] if forms else None,
        rule_url=url_for(".rule", sku=found.sku),
        ordered=forms[1] if forms else None,
        ordered_url=url_for(".ordered", sku=found.sku),
        hints={name: _("%(value)s where it stays empty", value=value) for name, value in defaults.items()},
    )


def _chip(found: Stand | None) -> tuple[str, str]:
    if found is None:
        return _("no forecast yet"), "waiting"
    if not found.is_watched:
        return _("not watched"), "gone"
    return (_("order now"), "late") if found.quantity else (_("enough"), "done")


def _facts(found: Stand, known: Sheet) -> list[tuple[str, str]]:
    rows = [(_("Free"), filters.number(found.free)), (_("On the way"), filters.number(found.way))]
    if known.ordered is not None:
        rows.append((_("Ordered"), _ordered(known.ordered)))
    rows += [
        (_("Sells a day"), _rounded(found.per_day)),
        (_("Lasts"), _lasts(found)),
        (_("Order at"), _point(found)),
        (_("Why"), _why(found)),
    ]
    if found.quantity and found.is_watched:
        rows.append((_("Order now"), filters.number(found.quantity)))
    return rows


def _ordered(found: Ordered) -> str:
    left = {"units": filters.number(found.left), "day": filters.day(found.expected_on)}
    if found.expected_on < clock.today():
        rest = _("%(units)s, due on %(day)s: late, and counted no more", **left)
    else:
        rest = _("%(units)s by %(day)s", **left)
    if not found.came:
        return str(rest)
    came = _("%(came)s of %(units)s came", came=filters.number(found.came), units=filters.number(found.units))
    return f"{came}; {rest}" if found.left else str(came)


def _rounded(units: float) -> str:
    return filters.number(round(units, 1 if units >= 1 else 2))


def _lasts(found: Stand) -> str:
    if found.days_left is None:
        return str(_("does not sell"))
    if found.days_left > _YEAR:
        return str(_("over a year"))
    return str(ngettext("%(num)s day", "%(num)s days", found.days_left))


def _point(found: Stand) -> str:
    point = found.forecast.reorder_point
    return "–" if point is None else filters.number(point)


def _why(found: Stand) -> str:
    terms = found.terms
    if terms.reorder_at is not None:
        return str(_("Set by hand."))
    if found.forecast.reorder_point is None:
        return str(_("It does not sell, so nothing is ordered by itself."))
    demand = found.forecast.reorder_point - found.forecast.safety
    told = {"demand": filters.number(demand), "days": terms.lead_days}
    safety = filters.number(found.forecast.safety)
    return str(
        _(
            "%(demand)s sell in the %(days)s days until goods come; %(safety)s in reserve.",
            safety=safety,
            **told,
        )
    )


def _sentences(found: Stand | None) -> list[str]:
    """Return how sure the forecast is, against the plainest guess."""
    if found is None:
        return [_("It is forecast within ten minutes of its first goods on a shelf.")]
    said = found.forecast
    if not said.tested or said.mase is None:
        days = ngettext("%(num)s day", "%(num)s days", said.days)
        return [
            _("Too little sold yet to say how good a forecast is; there is a history of %(days)s.", days=days)
        ]
    return [
        _(
            "The forecast misses by %(error)s units a day; guessing “the same as a week before” misses by"
            " %(naive)s.",
            error=_rounded(said.error),
            naive=_rounded(said.naive_error),
        ),
        _(
            "Tried on %(tested)s past days, each from the days before it alone. Beside what the guess missed"
            " by on those earlier days, the forecast misses %(mase)s times as much (MASE).",
            tested=said.tested,
            mase=filters.number(round(said.mase, 2)),
        ),
    ]


def _ahead(found: Stand) -> list[float]:
    return [over(found.forecast.week, WEEK)] * _AHEAD


def _weeks(found: Stand) -> list[tuple[str, str, str]]:
    """Return (first day, units, sold or expected) of each week shown, the oldest first."""
    past, made = found.forecast.past, found.forecast.made_on
    first = [made + timedelta(days=WEEK * n) for n in range(-len(past), _AHEAD)]
    told = [(filters.number(units), _("sold")) for units in past]
    told += [(_rounded(units), _("expected")) for units in _ahead(found)]
    return [(filters.day(day), *one) for day, one in zip(first, told, strict=True)]


def _chart(found: Stand) -> dict[str, Any]:
    past = [float(units) for units in found.forecast.past]
    units = [*past, *_ahead(found)]
    most = max(units) or 1.0
    bars = []
    for place, one in enumerate(units):
        tall = round(one / most * (_TALL - 16))
        bars.append(
            {
                "x": place * _STEP + (_STEP - _BAR) // 2,
                "y": _TALL - tall,
                "tall": tall,
                "middle": place * _STEP + _STEP // 2,
                "above": _TALL - tall - 4,
                "units": filters.number(round(one)),
                "is_ahead": place >= len(past),
            }
        )
    told = {"past": len(past), "sold": filters.number(sum(past)), "ahead": _AHEAD}
    expected = filters.number(round(sum(_ahead(found))))
    label = _(
        "Units a week: %(sold)s sold in %(past)s weeks, %(expected)s expected in the next %(ahead)s.",
        expected=expected,
        **told,
    )
    return {
        "bars": bars,
        "wide": len(units) * _STEP,
        "tall": _FOOT,
        "bar": _BAR,
        "line": _TALL,
        "label": label,
    }
