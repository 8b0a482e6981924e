"""The figures of a marketplace as an order holds them: whole unit prices, and tax by rate.

Nothing is reckoned anew but a tax of which nothing is told: the sums are the marketplace's to the cent. A
line of three for 10.00 is two lines here, one unit for 3.34 and two for 3.33, as an order's line is its unit
price times its quantity.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from fractions import Fraction

from oms.channels.connectors.wire import Sold, SoldLine
from oms.kernel.money import allocate, half_up, tax_within

MOST_UNITS = 100_000


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a marketplace's line that cost the same: minor units, with the tax in or on them."""

    line: SoldLine
    quantity: int
    unit_price: int
    tax: int
    basis_points: int

    @property
    def total(self) -> int:
        """Return what the units cost together."""
        return self.unit_price * self.quantity


def with_tax(sold: Sold, rates: Mapping[str, int], classes: Mapping[str, str]) -> Sold:
    """Return an order with the tax inside its prices, where the marketplace told nothing of it.

    It is what our own sale of the goods would hold: `rates` are the destination's by tax class, in basis
    points, `classes` the tax class of each SKU there; delivery takes the rates of the goods.
    """
    if sold.tax or sold.collects_tax or sold.is_tax_free or not sold.tax_included:
        return sold
    usual = rates.get("standard", 0)
    levels = [rates.get(classes[line.sku], usual) for line in sold.lines]
    lines = tuple(
        replace(line, tax=tax_within(line.total, Fraction(rate, 10_000)))
        for line, rate in zip(sold.lines, levels, strict=True)
    )
    shares = _shared(sold.delivery, [(rate, line.total) for rate, line in zip(levels, lines, strict=True)])
    return replace(sold, lines=lines, delivery_tax=sum(tax for _rate, _amount, tax in shares))


def _shared(delivery: int, goods: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return what the goods of each rate have of a delivery: rate, amount, tax within."""
    by_rate: dict[int, int] = {}
    for rate, amount in goods:
        by_rate[rate] = by_rate.get(rate, 0) + amount
    weights = list(by_rate.values()) if any(by_rate.values()) else [1] * len(by_rate)
    shares = zip(by_rate, allocate(delivery, weights), strict=True)
    return [(rate, amount, tax_within(amount, Fraction(rate, 10_000))) for rate, amount in shares]


def parts(sold: Sold, rates: Collection[int]) -> list[Part]:
    """Return the lines of an order in whole unit prices; `rates` are its country's, in basis points."""
    return [part for line in sold.lines for part in _parts(sold, line, rates)]


def _parts(sold: Sold, line: SoldLine, rates: Collection[int]) -> list[Part]:
    price, dearer = divmod(line.total, line.quantity)
    units = [(count, at) for count, at in ((dearer, price + 1), (line.quantity - dearer, price)) if count]
    taxes = allocate(line.tax, [count * at for count, at in units] if line.total else [1] * len(units))
    rate = basis_points(_net(sold, line.total, line.tax), line.tax, rates)
    return [Part(line, count, at, tax, rate) for (count, at), tax in zip(units, taxes, strict=True)]


def taxes(sold: Sold, rates: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return net and tax of an order by rate, delivery included; together they are its total."""
    found: dict[int, tuple[int, int]] = {}
    for total, tax in [*((line.total, line.tax) for line in sold.lines), *_delivery(sold, rates)]:
        net = _net(sold, total, tax)
        rate = basis_points(net, tax, rates)
        before = found.get(rate, (0, 0))
        found[rate] = (before[0] + net, before[1] + tax)
    return found


def _delivery(sold: Sold, rates: Collection[int]) -> list[tuple[int, int]]:
    """Return delivery and its tax: by the rates of the goods where that is how it was taxed, else as one."""
    if not sold.delivery and not sold.delivery_tax:
        return []
    goods = [(part.basis_points, part.total) for part in parts(sold, rates)]
    shares = _shared(sold.delivery, goods) if sold.tax_included else []
    is_so = bool(shares) and sum(tax for _rate, _amount, tax in shares) == sold.delivery_tax
    return [share[1:] for share in shares] if is_so else [(sold.delivery, sold.delivery_tax)]


def total(sold: Sold) -> int:
    """Return what the buyer paid, in minor units."""
    return sold.goods + sold.delivery + (0 if sold.tax_included else sold.tax)


def _net(sold: Sold, amount: int, tax: int) -> int:
    return amount - tax if sold.tax_included else amount


def basis_points(net: int, tax: int, rates: Collection[int]) -> int:
    """Return the rate at which a tax was taken: the country's own that gives it to the cent, else as told.

    Marketplaces round by unit or by order, so a cent beside it is the same rate.
    """
    if tax == 0 or net <= 0:
        return 0
    exact = Fraction(10_000 * tax, net)
    near = [rate for rate in rates if abs(half_up(Fraction(net * rate, 10_000)) - tax) <= 1]
    return min(near, key=lambda rate: abs(rate - exact)) if near else half_up(exact)


def problem(sold: Sold, known: AbstractSet[str], rates: Collection[int]) -> str:
    """Return what is in the way of taking an order, with what to do; nothing where nothing is.

    `known` are the SKUs, as the marketplace calls them, of which we know the goods; `rates` are those of the
    country, in basis points.
    """
    if not all(line.sku for line in sold.lines):
        return (
            "One of its lines has no SKU there (such as a tip): give it one there, "
            "or take the order by a file."
        )
    unknown = sorted({line.sku for line in sold.lines} - known)
    if unknown:
        return f"Nothing is listed as {', '.join(unknown)[:120]}: add the listing."
    amounts = [(line.total, line.tax) for line in sold.lines] + [(sold.delivery, sold.delivery_tax)]
    is_odd = any(not 1 <= line.quantity <= MOST_UNITS for line in sold.lines)
    if not sold.lines or is_odd or any(amount < 0 or tax < 0 for amount, tax in amounts):
        return "Its lines make no sense: look at it there."
    if any(tax > _net(sold, amount, tax) for amount, tax in amounts):
        return "Its tax is more than its price: look at it there."
    is_told = sold.tax or sold.tax_included or sold.collects_tax or sold.is_tax_free
    if not is_told and total(sold) and any(rates):
        return (
            f"Its prices are without tax, and none is told for {sold.country}: let the marketplace tell it, "
            "or take the order by a file with its tax."
        )
    return ""
