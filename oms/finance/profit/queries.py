"""Profit of a period, per currency: nobody invents a rate between two.

Profit = revenue - sent back - cost of goods - fees - postage, all without tax; tax stands beside it. The
sources are those of `oms.finance.books.entries`. Of a line of which a cost is not known there is no profit:
what it would be without that cost is told apart, as left out, so that every cent stays explained.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy.orm import Session

from oms.finance.books import queries as books
from oms.finance.books.entries import Entry, Kind, Sale, entries
from oms.finance.period import Period


@dataclass(slots=True)
class Figures:
    """Sums of one line, SKU, order or period in one currency; units of goods, and minor units.

    `unknown_goods` are units, and those that came back cancel others out; `unstated` are the order lines that
    they are of, and only grow. Each fee and parcel counts once for an order, whatever lines share it, and
    once for each SKU that does: those of SKUs may sum up to more than there are.
    """

    units: int = 0
    revenue: int = 0
    tax: int = 0
    back: int = 0
    goods: int = 0
    fees: int = 0
    postage: int = 0
    left_out: int = 0
    unknown_goods: int = 0
    unstated: int = 0
    unknown_fees: int = 0
    unknown_postage: int = 0

    @property
    def margin(self) -> int:
        """Return what is left of revenue after all that is known."""
        return self.revenue - self.back - self.goods - self.fees - self.postage

    @property
    def profit(self) -> int:
        """Return what was earned where every cost is known."""
        return self.margin - self.left_out

    @property
    def is_open(self) -> bool:
        """Say whether a cost is not known."""
        return any((self.unstated, self.unknown_fees, self.unknown_postage))

    def add(self, other: "Figures") -> None:
        """Add the sums of other orders."""
        for name in _PARTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def join(self, line: "Figures") -> None:
        """Add another line of the same order, of which each unknown fee and parcel is the same."""
        fees = max(self.unknown_fees, line.unknown_fees)
        parcels = max(self.unknown_postage, line.unknown_postage)
        self.add(line)
        self.unknown_fees, self.unknown_postage = fees, parcels


_PARTS = tuple(one.name for one in fields(Figures))
# Which sum an entry goes into, and with which sign.
_SUMS: dict[Kind, tuple[str, int]] = {
    Kind.UNITS: ("units", 1),
    Kind.SOLD: ("revenue", 1),
    Kind.SOLD_TAX: ("tax", 1),
    Kind.BACK: ("back", 1),
    Kind.BACK_TAX: ("tax", -1),
    Kind.GOODS: ("goods", 1),
    Kind.FEE: ("fees", 1),
    Kind.POSTAGE: ("postage", 1),
    Kind.UNKNOWN_GOODS: ("unknown_goods", 1),
    Kind.UNKNOWN_FEE: ("unknown_fees", 1),
    Kind.UNKNOWN_POSTAGE: ("unknown_postage", 1),
}


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of a SKU, or of an order by its number, in one currency."""

    currency: str
    name: str
    figures: Figures
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Profit:
    """A period: its sums by currency, and the rows that they are the sums of.

    `stray` are fees by currency of payments that became no order: they came too late, and were sent back.
    """

    totals: dict[str, Figures]
    skus: tuple[Row, ...]
    orders: tuple[Row, ...]
    stray: dict[str, int]


@dataclass(slots=True)
class _Sums:
    """Rows while they are summed, by currency and name."""

    totals: dict[str, Figures] = field(default_factory=dict)
    skus: dict[tuple[str, str], Figures] = field(default_factory=dict)
    orders: list[Row] = field(default_factory=list)


def profit(session: Session, period: Period) -> Profit:
    """Return the profit of a period; amounts of SKUs and of orders sum up to the totals, to the cent."""
    sums, is_in = _Sums(), period.holding()
    for sale in books.sales(session, period):
        _add(sums, sale, [one for one in entries(sale) if is_in(one.at)])
    skus = (Row(*key, figures) for key, figures in sorted(sums.skus.items()))
    orders = sorted(sums.orders, key=_place, reverse=True)
    totals = dict(sorted(sums.totals.items()))
    return Profit(totals, tuple(skus), tuple(orders), books.stray_fees(session, period))


def _place(row: Row) -> tuple[datetime | None, str, str]:
    return row.at, row.name, row.currency


def _add(sums: _Sums, sale: Sale, found: Iterable[Entry]) -> None:
    skus = {line.id: line.sku for line in sale.lines}
    own: dict[str, Figures] = {}
    by_sku: dict[tuple[str, str], Figures] = {}
    for (line_id, currency), figures in of_lines(found).items():
        own.setdefault(currency, Figures()).join(figures)
        by_sku.setdefault((currency, skus[line_id]), Figures()).join(figures)
    for currency, one in own.items():
        sums.totals.setdefault(currency, Figures()).add(one)
        sums.orders.append(Row(currency, sale.number, one, sale.placed_at))
    for key, one in by_sku.items():
        sums.skus.setdefault(key, Figures()).add(one)


def of_lines(found: Iterable[Entry]) -> dict[tuple[int, str], Figures]:
    """Return the figures of each line and currency; where a cost is unknown its margin is left out."""
    lines: dict[tuple[int, str], Figures] = {}
    for one in found:
        figures = lines.setdefault((one.line_id, one.currency), Figures())
        name, sign = _SUMS[one.kind]
        setattr(figures, name, getattr(figures, name) + sign * one.amount)
        if one.kind is Kind.UNKNOWN_GOODS:
            figures.unstated = 1
    for figures in lines.values():
        figures.left_out = figures.margin if figures.is_open else 0
    return lines
