"""Every cent of an order as dated entries by line: the one source of profit, tax and the one-stop shop.

- A sale is booked when its payment came (`placed_at`): with a payment on account tax becomes chargeable on
  its receipt (Directive 2006/112/EC, article 65). Its net value and tax are those of the order's lines; those
  of delivery are what the order's rates have beyond its lines, shared over the lines of their rate.
- A refund is booked when it went (article 90), in net and tax as its part was sold: of a part sent back whole
  exactly all of its net and tax, whatever steps it went in. One that the bank sent back later is booked the
  other way round at that moment, to the cent; the period in which it went stays as it was told.
- Goods cost what was stated when the order was placed; they come back with a cancelled order and with a
  restock. The payment's fee is booked with the sale, a label's price when it was bought.
- What belongs to no line is shared by the lines' net value, largest remainder first: sums by line are the
  order's to the cent. An unknown cost is an entry of its own, never a cost of nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from oms.kernel.money import allocate, half_up


class Kind(StrEnum):
    """What an entry is of: minor units, or units of goods where it says so."""

    UNITS = "units"
    SOLD = "sold, net"
    SOLD_TAX = "sold, tax"
    BACK = "sent back, net"
    BACK_TAX = "sent back, tax"
    GOODS = "cost of goods"
    FEE = "fee"
    POSTAGE = "postage"
    UNKNOWN_GOODS = "units of unknown cost"
    UNKNOWN_FEE = "unknown fees"
    UNKNOWN_POSTAGE = "unknown postage"


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount of one order line at a moment; `basis_points` is the rate of what is taxed."""

    at: datetime
    line_id: int
    kind: Kind
    currency: str
    amount: int
    basis_points: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was sold; `cost` of one unit in the order's currency, None where nobody stated it.

    `sent_from` are units by country of their warehouse.
    """

    id: int
    sku: str
    quantity: int
    total: int
    basis_points: int
    tax: int
    cost: int | None
    is_digital: bool = False
    sent_from: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Back:
    """Money that went back: gross parts by line, None for delivery; `failed_at` is when it came again."""

    at: datetime
    parts: Sequence[tuple[int | None, int]]
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What a party charged: a fee or postage at a moment; no amount where it is not known."""

    at: datetime
    kind: Kind
    currency: str
    amount: int | None


@dataclass(frozen=True, slots=True)
class Sale:
    """A placed order with everything that happened to its money; `taxes` are net and tax by rate."""

    id: int
    number: str
    placed_at: datetime
    currency: str
    country: str
    tax_included: bool
    is_pickup: bool
    lines: Sequence[Line]
    taxes: Mapping[int, tuple[int, int]]
    refunds: Sequence[Back] = ()
    charges: Sequence[Charge] = ()
    # Units of goods that came back: line, units, when.
    returned: Sequence[tuple[int, int, datetime]] = ()
    is_tax_elsewhere: bool = False

    def net(self, line: Line) -> int:
        """Return what a line was sold for without tax."""
        return line.total - (line.tax if self.tax_included else 0)


@dataclass(slots=True)
class _Cell:
    """A piece of an order with one line and one rate, and how much of it went back so far."""

    line_id: int
    basis_points: int
    net: int
    tax: int
    gross_back: int = 0
    tax_back: int = 0

    @property
    def gross(self) -> int:
        return self.net + self.tax

    def send_back(self, gross: int) -> tuple[int, int]:
        """Return net and tax of so much more; both are whole once all of it is back."""
        self.gross_back += gross
        all_tax = half_up(Fraction(self.tax * self.gross_back, self.gross)) if self.gross else 0
        tax, self.tax_back = all_tax - self.tax_back, all_tax
        return gross - tax, tax

    def take_again(self, net: int, tax: int) -> None:
        """Undo what was sent back, to the cent."""
        self.gross_back -= net + tax
        self.tax_back -= tax


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """Share minor units by weights, evenly where nothing weighs anything; the parts sum to the amount."""
    return allocate(amount, weights if sum(weights) > 0 else [1] * len(weights))


def entries(sale: Sale) -> Iterator[Entry]:
    """Give every entry of an order; by kind and currency they sum to its ledgers."""
    of_lines = [_Cell(line.id, line.basis_points, sale.net(line), line.tax) for line in sale.lines]
    of_delivery = list(_delivery(sale))
    for line in sale.lines:
        yield Entry(sale.placed_at, line.id, Kind.UNITS, sale.currency, line.quantity)
        yield _goods(sale, line, line.quantity, sale.placed_at)
    for cell in (*of_lines, *of_delivery):
        yield from _taxed(sale, cell, sale.placed_at, (Kind.SOLD, Kind.SOLD_TAX), (cell.net, cell.tax))
    yield from _refunded(sale, of_lines, of_delivery)
    lines = {line.id: line for line in sale.lines}
    for line_id, units, at in sale.returned:
        yield Entry(at, line_id, Kind.UNITS, sale.currency, -units)
        yield _goods(sale, lines[line_id], -units, at)
    weights = [sale.net(line) for line in sale.lines]
    for charge in sale.charges:
        yield from _charged(sale, charge, weights)


def _delivery(sale: Sale) -> Iterator[_Cell]:
    """Give what each rate has beyond the lines, shared over the lines of that rate."""
    for rate, (net, tax) in sorted(sale.taxes.items()):
        own = [line for line in sale.lines if line.basis_points == rate]
        rest = net - sum(sale.net(line) for line in own), tax - sum(line.tax for line in own)
        if any(rest):
            over = own or sale.lines
            weights = [sale.net(line) for line in over]
            nets, taxes = share(rest[0], weights), share(rest[1], weights)
            yield from (_Cell(x.id, rate, n, t) for x, n, t in zip(over, nets, taxes, strict=True))


def _goods(sale: Sale, line: Line, units: int, at: datetime) -> Entry:
    if line.cost is None:
        return Entry(at, line.id, Kind.UNKNOWN_GOODS, sale.currency, units)
    return Entry(at, line.id, Kind.GOODS, sale.currency, units * line.cost)


def _taxed(
    sale: Sale, cell: _Cell, at: datetime, kinds: tuple[Kind, Kind], amounts: tuple[int, int]
) -> Iterator[Entry]:
    for kind, amount in zip(kinds, amounts, strict=True):
        yield Entry(at, cell.line_id, kind, sale.currency, amount, cell.basis_points)


def _refunded(sale: Sale, of_lines: Sequence[_Cell], of_delivery: Sequence[_Cell]) -> Iterator[Entry]:
    """Give what refunds took and what failed ones gave again, as time went: the past never hears of later."""
    took: dict[int, list[tuple[_Cell, int, int]]] = {}
    went = [(back.at, False, n) for n, back in enumerate(sale.refunds)]
    failed = [(max(x.at, x.failed_at), True, n) for n, x in enumerate(sale.refunds) if x.failed_at]
    for at, has_failed, n in sorted(went + failed):
        if has_failed:
            pieces = [(cell, -net, -tax) for cell, net, tax in took[n]]
            for cell, net, tax in took[n]:
                cell.take_again(net, tax)
        else:
            pieces = took[n] = list(_sent_back(sale.refunds[n], of_lines, of_delivery))
        for cell, net, tax in pieces:
            yield from _taxed(sale, cell, at, (Kind.BACK, Kind.BACK_TAX), (net, tax))


def _sent_back(
    back: Back, of_lines: Sequence[_Cell], of_delivery: Sequence[_Cell]
) -> Iterator[tuple[_Cell, int, int]]:
    by_line = {cell.line_id: cell for cell in of_lines}
    for line_id, amount in back.parts:
        if line_id is not None:
            pieces = [(by_line[line_id], amount)]
        else:
            pieces = _spread(amount, of_delivery, of_lines)
        for cell, gross in pieces:
            yield (cell, *cell.send_back(gross))


def _spread(amount: int, of_delivery: Sequence[_Cell], of_lines: Sequence[_Cell]) -> list[tuple[_Cell, int]]:
    """Return which cells a part without a line comes from: delivery, and beyond that all that is left."""
    pieces: list[tuple[_Cell, int]] = []
    left = [max(0, cell.gross - cell.gross_back) for cell in of_delivery]
    taken = min(amount, sum(left))
    if taken:
        pieces += zip(of_delivery, allocate(taken, left), strict=True)
    if amount > taken:
        rest = [max(0, cell.gross - cell.gross_back) for cell in of_lines]
        pieces += zip(of_lines, share(amount - taken, rest), strict=True)
    return pieces


def _charged(sale: Sale, charge: Charge, weights: Sequence[int]) -> Iterator[Entry]:
    """Share a charge over the lines; one that is not known is an entry of each line: it is open in all."""
    if charge.amount is None:
        kind = Kind.UNKNOWN_FEE if charge.kind is Kind.FEE else Kind.UNKNOWN_POSTAGE
        for line in sale.lines:
            yield Entry(charge.at, line.id, kind, sale.currency, 1)
        return
    for line, part in zip(sale.lines, share(charge.amount, weights), strict=True):
        yield Entry(charge.at, line.id, charge.kind, charge.currency, part)
