"""Reports as files of values separated by commas, the same to the byte for the same books.

Amounts are in whole currency with a point, rates in percent; words of the catalog are made harmless.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from oms.catalog.exchange.formulas import made_harmless
from oms.finance.costs.queries import Stated, stated
from oms.finance.period import Period
from oms.finance.profit.queries import Figures, Profit, profit
from oms.finance.tax import queries as taxes
from oms.finance.tax.queries import Return, Scheme, TaxRow
from oms.kernel.money import Money
from oms.privacy.clocks import calendar

Cell = str | int | Decimal | date
_FIGURES = (
    *("units", "revenue", "sent_back", "cost_of_goods", "fees", "postage", "left_out", "profit", "tax"),
    *("units_of_unknown_cost", "lines_of_unknown_cost", "unknown_fees", "unknown_postage"),
)
COSTS = ("sku", "currency", "cost", "from")


def written(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a file; what is no number is made harmless for spreadsheets."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(one) for one in row] for row in rows)
    return made.getvalue()


def _cell(cell: Cell) -> str:
    return made_harmless(cell) if isinstance(cell, str) else str(cell)


def _whole(amount: int, currency: str) -> Decimal:
    return Money(amount, currency).decimal()


def percent(basis_points: int) -> Decimal:
    """Return a rate in percent, such as 5.5."""
    exact = Decimal(basis_points).scaleb(-2)
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()


def _figures(found: Figures, currency: str) -> tuple[Cell, ...]:
    amounts = (found.revenue, found.back, found.goods, found.fees, found.postage, found.left_out)
    told = (*amounts, found.profit, found.tax)
    counts = (found.unknown_goods, found.unstated, found.unknown_fees, found.unknown_postage)
    return (found.units, *(_whole(amount, currency) for amount in told), *counts)


def skus(found: Profit) -> str:
    """Return profit by SKU."""
    rows = ((row.currency, row.name, *_figures(row.figures, row.currency)) for row in found.skus)
    return written(("currency", "sku", *_FIGURES), rows)


def orders(found: Profit) -> str:
    """Return profit by order, with the day at the shop on which it was placed."""
    day_of = calendar.current().day_of
    rows = (
        (row.currency, row.name, day_of(row.at) if row.at else "", *_figures(row.figures, row.currency))
        for row in found.orders
    )
    return written(("currency", "order", "placed", *_FIGURES), rows)


def tax(found: Iterable[TaxRow]) -> str:
    """Return tax by country and rate."""
    amounts_of = ("net", "tax", "net_sent_back", "tax_sent_back", "net_due", "tax_due")
    rows: list[tuple[Cell, ...]] = []
    for row in found:
        one = row.taxed
        amounts = (one.net, one.tax, one.back_net, one.back_tax, one.due_net, one.due_tax)
        told = (_whole(amount, row.currency) for amount in amounts)
        rows.append((row.currency, row.country, percent(row.basis_points), *told))
    return written(("currency", "country", "rate", *amounts_of), rows)


def one_stop_shop(found: Return) -> str:
    """Return the figures of a return: supplies, corrections of earlier periods, and what is due by state."""
    head = ("part", "tax_period", "currency", "consumption", "sent_from", "what", "rate", "taxable", "vat")
    rows: list[tuple[Cell, ...]] = []
    for one in found.supplies:
        where = (one.currency, one.consumption, one.sent_from, one.what, percent(one.basis_points))
        amounts = (_whole(one.taxed.due_net, one.currency), _whole(one.taxed.due_tax, one.currency))
        rows.append(("supplies", found.name, *where, *amounts))
    for other in found.corrections:
        amount = _whole(other.tax, other.currency)
        rows.append(
            ("correction", other.tax_period, other.currency, other.consumption, "", "", "", "", amount)
        )
    for (currency, state), due in found.balances().items():
        rows.append(("due", found.name, currency, state, "", "", "", "", _whole(due, currency)))
    return written(head, rows)


def costs(found: Iterable[Stated]) -> str:
    """Return unit costs as `flask --app wsgi finance costs` takes them in again."""
    rows = ((one.sku, one.cost.currency, one.cost.decimal(), one.since) for one in found)
    return written(COSTS, rows)


def _return_of(scheme: Scheme) -> Callable[[Session, Period], str]:
    return lambda session, period: one_stop_shop(taxes.one_stop_shop(session, scheme, period))


# Every report of a period as a file, by name; unit costs are those of all days.
REPORTS: dict[str, Callable[[Session, Period], str]] = {
    "skus": lambda session, period: skus(profit(session, period)),
    "orders": lambda session, period: orders(profit(session, period)),
    "tax": lambda session, period: tax(taxes.by_rate(session, period)),
    "oss": _return_of(Scheme.UNION),
    "ioss": _return_of(Scheme.IMPORT),
    "costs": lambda session, _period: costs(stated(session)),
}
