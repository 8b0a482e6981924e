"""Which warehouse sends what: ordered rules over stock, country and postcode prefix only, each explained.

Nothing here knows a person: a destination is a country and at most the first digits of a postcode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from oms.kernel.errors import CounterfoilError


class OutOfStockError(CounterfoilError):
    """Somebody else took the last one."""

    code = "out_of_stock"

    def __init__(self, variant_id: int, wanted: int, available: int) -> None:
        if available:
            super().__init__("Only %(left)s left.", left=available)
        else:
            super().__init__("This has just sold out.")
        self.variant_id = variant_id
        self.wanted = wanted
        self.available = available


@dataclass(frozen=True, slots=True)
class Destination:
    """Where goods go, as coarsely as sourcing needs it."""

    country: str
    postcode_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """Units wanted of a variant for one order line."""

    order_line_id: int
    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Source:
    """A warehouse as sourcing sees it."""

    warehouse_id: int
    country: str
    postcode: str
    position: int


@dataclass(frozen=True, slots=True)
class Take:
    """Units of one order line to take from one warehouse."""

    order_line_id: int
    variant_id: int
    warehouse_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to take from where, and the rule that said so."""

    takes: tuple[Take, ...]
    why: str


Stock = Mapping[tuple[int, int], int]


def plan(demands: Sequence[Demand], stock: Stock, sources: Sequence[Source], to: Destination) -> Plan:
    """Choose warehouses: near and whole, any and whole, by line, split; raises OutOfStockError.

    `stock` maps (variant id, warehouse id) to available units. Demand is summed per variant first, so that
    two lines of one variant cannot each be promised the last unit.
    """
    _check_sum(demands, stock)
    ordered = sorted(sources, key=lambda s: _nearness(s, to))
    for source in ordered:
        if _fills(source, demands, stock):
            near = "same country" if source.country == to.country else "the nearest that has everything"
            return Plan(tuple(_take(d, source, d.quantity) for d in demands), f"one parcel, {near}")
    return Plan(
        tuple(_split(demands, dict(stock), ordered)), "no warehouse has everything: nearest first, split"
    )


def _nearness(source: Source, to: Destination) -> tuple[bool, int, int, int]:
    shared = 0
    for a, b in zip(source.postcode, to.postcode_prefix, strict=False):
        if a != b:
            break
        shared += 1
    return (source.country != to.country, -shared, source.position, source.warehouse_id)


def _fills(source: Source, demands: Sequence[Demand], stock: Stock) -> bool:
    wanted: dict[int, int] = {}
    for d in demands:
        wanted[d.variant_id] = wanted.get(d.variant_id, 0) + d.quantity
    return all(stock.get((v, source.warehouse_id), 0) >= q for v, q in wanted.items())


def _split(
    demands: Sequence[Demand], left: dict[tuple[int, int], int], ordered: Sequence[Source]
) -> list[Take]:
    takes = []
    for d in demands:
        whole = next((s for s in ordered if left.get((d.variant_id, s.warehouse_id), 0) >= d.quantity), None)
        need = d.quantity
        for source in [whole] if whole else ordered:
            key = (d.variant_id, source.warehouse_id)
            part = min(need, left.get(key, 0))
            if part > 0:
                left[key] -= part
                need -= part
                takes.append(_take(d, source, part))
    return takes


def _check_sum(demands: Sequence[Demand], stock: Stock) -> None:
    wanted: dict[int, int] = {}
    for d in demands:
        wanted[d.variant_id] = wanted.get(d.variant_id, 0) + d.quantity
    for variant_id, quantity in wanted.items():
        available = sum(units for (variant, _), units in stock.items() if variant == variant_id)
        if available < quantity:
            raise OutOfStockError(variant_id, quantity, available)


def _take(demand: Demand, source: Source, quantity: int) -> Take:
    return Take(demand.order_line_id, demand.variant_id, source.warehouse_id, quantity)
