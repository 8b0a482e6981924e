"""Tax by country and rate, and the one-stop shop's return: sums of the books' entries, to the cent."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from oms.finance.books import queries as books
from oms.finance.books.entries import Entry, Kind, Line, Sale, entries, share
from oms.finance.period import Period, month_name, month_of, quarter_name, quarter_of
from oms.privacy.clocks import calendar
from oms.shipping.customs import EU

# Consignments of goods of at most this intrinsic value: Directive 2006/112/EC, article 369l; minor units.
MOST_IMPORTED, _IN = 150_00, "EUR"
# Returns of value added tax write Greece so (Directive 2006/112/EC, article 215).
_WRITTEN = {"GR": "EL"}


@dataclass(slots=True)
class Taxed:
    """Net amounts and tax: what was sold, and what of it was sent back."""

    net: int = 0
    tax: int = 0
    back_net: int = 0
    back_tax: int = 0

    @property
    def due_net(self) -> int:
        """Return the taxable amount that remains."""
        return self.net - self.back_net

    @property
    def due_tax(self) -> int:
        """Return the tax that remains."""
        return self.tax - self.back_tax

    def take(self, one: Entry) -> None:
        """Add an entry that is taxed."""
        name = _NAMES[one.kind]
        setattr(self, name, getattr(self, name) + one.amount)


_NAMES = {Kind.SOLD: "net", Kind.SOLD_TAX: "tax", Kind.BACK: "back_net", Kind.BACK_TAX: "back_tax"}


@dataclass(frozen=True, slots=True)
class TaxRow:
    """The tax of one rate in one country; refunds stand in the period in which they went."""

    currency: str
    country: str
    basis_points: int
    taxed: Taxed


def by_rate(session: Session, period: Period) -> tuple[TaxRow, ...]:
    """Return the tax of a period by currency, country of the order and rate."""
    found: dict[tuple[str, str, int], Taxed] = {}
    is_in = period.holding()
    for sale in _sales(session, period):
        for one in _taxed(sale, is_in):
            found.setdefault((sale.currency, sale.country, one.basis_points), Taxed()).take(one)
    return tuple(TaxRow(*key, taxed) for key, taxed in sorted(found.items()))


def _sales(session: Session, period: Period) -> Iterator[Sale]:
    """Give the sales whose tax is ours; of others a marketplace is the supplier (Directive, article 14a)."""
    return (sale for sale in books.sales(session, period) if not sale.is_tax_elsewhere)


def _taxed(sale: Sale, is_in: Callable[[datetime], bool]) -> Iterator[Entry]:
    return (one for one in entries(sale) if one.kind in _NAMES and is_in(one.at))


class Scheme(StrEnum):
    """The union scheme by quarter (articles 369a to 369k), the import scheme by month (369l to 369x)."""

    UNION = "union"
    IMPORT = "import"

    def period_of(self, period: Period) -> Period:
        """Return the tax period that the first day of a period lies in."""
        return (quarter_of if self is Scheme.UNION else month_of)(period.first)

    def name_of(self, period: Period) -> str:
        """Return how a return names a tax period."""
        return (quarter_name if self is Scheme.UNION else month_name)(period.first)


@dataclass(frozen=True, slots=True)
class Supply:
    """Supplies to one state of consumption at one rate: goods by where they were sent from, or services.

    Article 369g(1) and (2); Implementing Regulation (EU) 2020/194, annex III, part 2.
    """

    currency: str
    consumption: str
    sent_from: str
    what: str
    basis_points: int
    taxed: Taxed


@dataclass(frozen=True, slots=True)
class Correction:
    """What refunds took from the tax of an earlier return, by state (article 369g(4); annex III, part 3)."""

    currency: str
    tax_period: str
    consumption: str
    tax: int


@dataclass(frozen=True, slots=True)
class Return:
    """The figures of one return; both schemes are told in euro, and other currencies stand apart."""

    scheme: Scheme
    period: Period
    supplies: tuple[Supply, ...]
    corrections: tuple[Correction, ...]

    @property
    def name(self) -> str:
        """Return how the return names its tax period."""
        return self.scheme.name_of(self.period)

    def balances(self) -> dict[tuple[str, str], int]:
        """Return the tax due by currency and state of consumption, corrections included (part 4)."""
        sums: dict[tuple[str, str], int] = {}
        for one in self.supplies:
            key = (one.currency, one.consumption)
            sums[key] = sums.get(key, 0) + one.taxed.due_tax
        for other in self.corrections:
            key = (other.currency, other.consumption)
            sums[key] = sums.get(key, 0) + other.tax
        return dict(sorted(sums.items()))


@dataclass(slots=True)
class _Parts:
    """A return while it is summed: of which scheme and tax period, and which moments lie in it."""

    scheme: Scheme
    asked: Period
    is_in: Callable[[datetime], bool]
    supplies: dict[tuple[str, str, str, str, int], Taxed] = field(default_factory=dict)
    corrections: dict[tuple[str, Period, str], int] = field(default_factory=dict)


def one_stop_shop(session: Session, scheme: Scheme, period: Period) -> Return:
    """Return the figures of the return for the tax period that a period begins in."""
    asked = scheme.period_of(period)
    parts = _Parts(scheme, asked, asked.holding())
    for sale in _sales(session, asked):
        _add(parts, sale)
    supplies = (Supply(*key, taxed) for key, taxed in sorted(parts.supplies.items()))
    ordered = sorted(parts.corrections.items(), key=lambda one: (one[0][0], one[0][1].first, one[0][2]))
    corrections = (Correction(key[0], scheme.name_of(key[1]), key[2], tax) for key, tax in ordered if tax)
    return Return(scheme, asked, tuple(supplies), tuple(corrections))


def _add(parts: _Parts, sale: Sale) -> None:
    scheme, asked = parts.scheme, parts.asked
    day = calendar.current().day_of(sale.placed_at)
    sold_in = scheme.period_of(Period(day, day))
    lines = {line.id: line for line in sale.lines}
    ways = {line.id: _ways(sale, line, scheme) for line in sale.lines}
    consumption = _WRITTEN.get(sale.country, sale.country)
    for one in _taxed(sale, parts.is_in):
        line, units = lines[one.line_id], ways[one.line_id]
        for (country, is_told), amount in zip(units, share(one.amount, list(units.values())), strict=True):
            if not is_told:
                continue
            if one.kind in {Kind.BACK, Kind.BACK_TAX} and sold_in != asked:
                corrected = (sale.currency, sold_in, consumption)
                tax = amount if one.kind is Kind.BACK_TAX else 0
                parts.corrections[corrected] = parts.corrections.get(corrected, 0) - tax
                continue
            what = "services" if line.is_digital else "goods"
            key = (sale.currency, consumption, _WRITTEN.get(country, country), what, one.basis_points)
            part = Entry(one.at, one.line_id, one.kind, one.currency, amount, one.basis_points)
            parts.supplies.setdefault(key, Taxed()).take(part)


def _ways(sale: Sale, line: Line, scheme: Scheme) -> dict[tuple[str, bool], int]:
    """Return the units of a line by where they are sent from, and whether the scheme tells of those.

    A download comes from the shop's own country; so does what no warehouse promised.
    """
    sent = {} if line.is_digital else line.sent_from
    units = sent or {calendar.current().place.partition("-")[0]: line.quantity}
    return {
        (country, _is_told(sale, line, country, scheme)): count for country, count in sorted(units.items())
    }


def _is_told(sale: Sale, line: Line, country: str, scheme: Scheme) -> bool:
    """Say whether the scheme tells of what goes from a country to where the order is consumed.

    What is collected in person is not sent at all (article 33), and what stays in a country is told there.
    """
    if sale.country not in EU or sale.is_pickup:
        return False
    if scheme is Scheme.UNION:
        return country in EU and country != sale.country
    if country in EU or line.is_digital or sale.currency != _IN:
        return False
    return _value(sale, country, sale.lines) <= MOST_IMPORTED


def _value(sale: Sale, country: str, lines: Iterable[Line]) -> int:
    """Return what the goods of an order from one country were sold for, without tax and delivery."""
    return sum(sale.net(line) * line.sent_from.get(country, 0) // line.quantity for line in lines)
