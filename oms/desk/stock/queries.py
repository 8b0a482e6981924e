"""Reads of stock for the desk: levels in the order of SKUs, and one SKU with its ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from oms.catalog.models import FALLBACK, ProductText, Variant
from oms.catalog.queries import choice_names
from oms.inventory import queries as inventory
from oms.inventory.models import StockLevel, StockMovement, Warehouse
from oms.inventory.states import EFFECTS
from oms.orders.models import Order, OrderLine

SIZE = 50
LOW = 5
_FREE = StockLevel.on_hand - StockLevel.reserved - StockLevel.allocated - StockLevel.safety


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to: words in SKU or name, a warehouse by code, `out` or `low`."""

    words: str = ""
    warehouse: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """The counters of one SKU in one warehouse, with its names."""

    variant_id: int
    sku: str
    title: str
    choice: str
    warehouse: str
    warehouse_id: int
    on_hand: int
    reserved: int
    allocated: int
    incoming: int
    safety: int

    @property
    def available(self) -> int:
        """Return how many units can still be promised."""
        return max(0, self.on_hand - self.reserved - self.allocated - self.safety)

    @property
    def key(self) -> str:
        """Return its place in the list."""
        return f"{self.warehouse_id}-{self.sku}"


def levels(session: Session, wanted: Wanted, key: str, *, is_backwards: bool) -> list[Level]:
    """Return at most one row more than a piece of the list, from a key on."""
    statement = _levels().where(*_conditions(wanted))
    warehouse, _, sku = key.partition("-")
    if warehouse.isdecimal() and sku and len(warehouse) <= 15:  # noqa: PLR2004 - digits of an id
        statement = statement.where(_beyond(sku, int(warehouse), is_backwards=is_backwards))
    order = (Variant.sku.desc(), Warehouse.id.desc()) if is_backwards else (Variant.sku, Warehouse.id)
    return _named(session, session.execute(statement.order_by(*order).limit(SIZE + 1)).all())


def _levels() -> Any:  # noqa: ANN401 - a select of many columns
    words = func.coalesce(ProductText.title, "").label("title")
    return (
        select(Variant.id, Variant.product_id, Variant.sku, Variant.choices, words, Warehouse, StockLevel)
        .join(Variant, Variant.id == StockLevel.variant_id)
        .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
        .outerjoin(
            ProductText, (ProductText.product_id == Variant.product_id) & (ProductText.language == FALLBACK)
        )
    )


def _beyond(sku: str, warehouse_id: int, *, is_backwards: bool) -> ColumnElement[bool]:
    if is_backwards:
        return or_(Variant.sku < sku, and_(Variant.sku == sku, Warehouse.id < warehouse_id))
    return or_(Variant.sku > sku, and_(Variant.sku == sku, Warehouse.id > warehouse_id))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.words:
        begins = func.upper(Variant.sku).startswith(wanted.words.upper(), autoescape=True)
        found.append(or_(begins, ProductText.title.icontains(wanted.words, autoescape=True)))
    if wanted.warehouse:
        found.append(Warehouse.code == wanted.warehouse)
    if wanted.state == "out":
        found.append(_FREE <= 0)
    elif wanted.state == "low":
        found.append(_FREE.between(1, LOW))
    elif wanted.state:
        found.append(_FREE > LOW)
    return found


def _named(session: Session, rows: Sequence[Row[Any]]) -> list[Level]:
    labels = choice_names(session, {row.product_id for row in rows}, FALLBACK)
    return [
        Level(
            row.id,
            row.sku,
            row.title,
            ", ".join(labels.get((row.product_id, choice), "") for choice in row.choices),
            row.Warehouse.name,
            row.Warehouse.id,
            *(row.StockLevel.on_hand, row.StockLevel.reserved, row.StockLevel.allocated),
            *(row.StockLevel.incoming, row.StockLevel.safety),
        )
        for row in rows
    ]


def levels_of(session: Session, variant: Variant) -> list[Level]:
    """Return the levels of one variant, in the order of warehouses."""
    rows = session.execute(
        _levels().where(Variant.id == variant.id).order_by(Warehouse.position, Warehouse.id)
    )
    return _named(session, rows.all())


@dataclass(frozen=True, slots=True)
class Booked:
    """One line of the ledger, with the units on hand after it in its warehouse, and the order it was for."""

    movement: StockMovement
    on_hand: int
    order_number: str


def ledger(session: Session, variant: Variant, now: Sequence[Level]) -> list[Booked]:
    """Return a variant's latest movements, the newest first, each with what it left on hand."""
    found = inventory.movements(session, variant.id)
    line_ids = [m.order_line_id for m in found if m.order_line_id]
    rows = session.execute(
        select(OrderLine.id, Order.number)
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.id.in_(line_ids))
    )
    numbers: dict[int, str] = {row.id: row.number for row in rows}
    left = {level.warehouse_id: level.on_hand for level in now}
    booked = []
    for m in found:
        booked.append(Booked(m, left.get(m.warehouse_id, 0), numbers.get(m.order_line_id or 0, "")))
        left[m.warehouse_id] = left.get(m.warehouse_id, 0) - m.quantity * EFFECTS[m.kind][0]
    return booked
