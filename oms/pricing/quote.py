"""The Quote: what given lines cost at a coarse address at a moment; pure arithmetic in minor units.

Tax is worked out and rounded half up per line; the order's tax is the sum of its lines, so that every part
adds up to the cent (Directive 2006/112/EC leaves rounding to the member states; per line is common).
Delivery takes the rates of the goods it brings, in their proportion (CJEU C-349/96: the ancillary follows).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from oms.catalog.queries import Picture
from oms.kernel.errors import CounterfoilError
from oms.kernel.money import allocate, tax_on, tax_within


class NotSellableError(CounterfoilError):
    """Something in the cart cannot be bought here any more."""

    code = "not_sellable"

    def __init__(self, message: str, variant_id: int) -> None:
        super().__init__(message)
        self.variant_id = variant_id


@dataclass(frozen=True, slots=True)
class Goods:
    """A variant as a quote needs it: unit price in minor units, grams, tax class."""

    variant_id: int
    sku: str
    title: str
    choices: str
    unit_price: int
    tax_class: str
    grams: int
    is_digital: bool
    hs_code: str
    origin: str
    handle: str = ""
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line: what it is, how many, what it comes to and the tax in it (or on it)."""

    goods: Goods
    quantity: int
    total: int
    basis_points: int
    tax: int


@dataclass(frozen=True, slots=True)
class TaxPart:
    """The tax of one rate: the amount that it is reckoned from, without tax, and the tax."""

    basis_points: int
    net: int
    tax: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Everything the last page shows; `total` is what will be charged, in minor units."""

    currency: str
    tax_included: bool
    lines: tuple[QuoteLine, ...]
    goods: int
    delivery: int
    delivery_tax: int
    tax: int
    taxes: tuple[TaxPart, ...]
    total: int

    @property
    def grams(self) -> int:
        """Return the weight of what must be sent."""
        return sum(line.goods.grams * line.quantity for line in self.lines if not line.goods.is_digital)

    @property
    def is_digital(self) -> bool:
        """Say whether nothing must be sent."""
        return all(line.goods.is_digital for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """Return a word that changes with anything that the shopper was shown."""
        said = "|".join(f"{line.goods.sku}*{line.quantity}={line.total}" for line in self.lines)
        return hashlib.sha256(f"{said}|{self.delivery}|{self.total}|{self.currency}".encode()).hexdigest()[
            :24
        ]


Rates = Mapping[str, int]


def reckon(
    lines: Sequence[tuple[Goods, int]], rates: Rates, delivery: int, *, currency: str, tax_included: bool
) -> Quote:
    """Work out a quote. `rates` maps tax classes to hundredths of a percent at the destination."""
    counted = tuple(_line(goods, quantity, rates, tax_included=tax_included) for goods, quantity in lines)
    parts = _delivery_parts(counted, delivery)
    taxed = {bp: _tax(amount, bp, tax_included=tax_included) for bp, amount in parts.items()}
    goods = sum(line.total for line in counted)
    tax = sum(line.tax for line in counted) + sum(taxed.values())
    return Quote(
        currency=currency,
        tax_included=tax_included,
        lines=counted,
        goods=goods,
        delivery=delivery,
        delivery_tax=sum(taxed.values()),
        tax=tax,
        taxes=_by_rate(counted, parts, taxed, tax_included=tax_included),
        total=goods + delivery + (0 if tax_included else tax),
    )


def _line(goods: Goods, quantity: int, rates: Rates, *, tax_included: bool) -> QuoteLine:
    total = goods.unit_price * quantity
    basis_points = rates.get(goods.tax_class, rates.get("standard", 0))
    return QuoteLine(
        goods, quantity, total, basis_points, _tax(total, basis_points, tax_included=tax_included)
    )


def _tax(amount: int, basis_points: int, *, tax_included: bool) -> int:
    rate = Fraction(basis_points, 10_000)
    return tax_within(amount, rate) if tax_included else tax_on(amount, rate)


def _delivery_parts(lines: Sequence[QuoteLine], delivery: int) -> dict[int, int]:
    by_rate: dict[int, int] = {}
    for line in lines:
        by_rate[line.basis_points] = by_rate.get(line.basis_points, 0) + line.total
    if not delivery:
        return {}
    shares = allocate(delivery, list(by_rate.values()))
    return dict(zip(by_rate, shares, strict=True))


def _by_rate(
    lines: Sequence[QuoteLine], parts: Mapping[int, int], taxed: Mapping[int, int], *, tax_included: bool
) -> tuple[TaxPart, ...]:
    gross = dict(parts)
    tax = dict(taxed)
    for line in lines:
        gross[line.basis_points] = gross.get(line.basis_points, 0) + line.total
        tax[line.basis_points] = tax.get(line.basis_points, 0) + line.tax
    return tuple(
        TaxPart(bp, gross[bp] - (tax[bp] if tax_included else 0), tax[bp])
        for bp in sorted(gross, reverse=True)
    )
