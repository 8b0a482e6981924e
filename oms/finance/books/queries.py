"""Reads of the ledgers: every order that a period knows, with all that happened to its money."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, load_only, selectinload

from oms.finance.books.entries import Back, Charge, Kind, Line, Sale
from oms.finance.models import UnitCost
from oms.finance.period import Period
from oms.fulfillment.models import Parcel, Shipment
from oms.fulfillment.states import LabelState
from oms.inventory.models import StockMovement, Warehouse
from oms.inventory.states import MovementKind
from oms.orders.models import Order, OrderLine
from oms.orders.states import OrderState
from oms.payments.models import Payment, Refund, RefundEvent, RefundLine
from oms.payments.states import RefundState

# Orders are loaded so many at a time.
PIECE = 1000
_HAND = "pickup"
# All that is read of an order and of its lines: reports are of many.
_OF_ORDERS = (
    *(Order.number, Order.state, Order.placed_at, Order.closed_at, Order.currency, Order.country),
    *(Order.tax_included, Order.is_pickup, Order.is_tax_elsewhere, Order.channel),
    Order.total,
)
_OF_LINES = (
    *(OrderLine.order_id, OrderLine.variant_id, OrderLine.sku, OrderLine.quantity, OrderLine.total),
    *(OrderLine.basis_points, OrderLine.tax, OrderLine.is_digital),
)


@dataclass(slots=True)
class _Found:
    """What belongs to some orders, by the id of order or line."""

    refunds: dict[int, list[Back]] = field(default_factory=lambda: defaultdict(list))
    charges: dict[int, list[Charge]] = field(default_factory=lambda: defaultdict(list))
    returned: dict[int, list[tuple[int, datetime]]] = field(default_factory=lambda: defaultdict(list))
    sent_from: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    costs: dict[tuple[int, str], list[tuple[datetime, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )


def sales(session: Session, period: Period) -> Iterator[Sale]:
    """Give every placed order to whose money something happened in a period, in the order of ids."""
    ids = session.scalars(_touched(period)).all()
    for start in range(0, len(ids), PIECE):
        yield from _loaded(session, ids[start : start + PIECE])


def stray_fees(session: Session, period: Period) -> dict[str, int]:
    """Return by currency what the provider kept of payments that became no order."""
    rows = session.execute(
        select(Payment.currency, func.sum(Payment.fee))
        .join(Order, Order.id == Payment.order_id)
        .where(Order.placed_at.is_(None), Payment.fee > 0, _within(Payment.settled_at, period))
        .group_by(Payment.currency)
        .order_by(Payment.currency)
    )
    return {currency: int(fees or 0) for currency, fees in rows}


def _touched(period: Period) -> Select[int]:
    moments: list[tuple[InstrumentedAttribute[int], InstrumentedAttribute[datetime | None]]] = [
        (Order.id, Order.placed_at),
        (Payment.order_id, Payment.settled_at),
        (Shipment.order_id, Shipment.handed_over_at),
    ]
    parts: list[Select[int]] = [select(ids).where(_within(at, period)) for ids, at in moments]
    parts += [
        select(Refund.order_id)
        .join(RefundEvent, RefundEvent.refund_id == Refund.id)
        .where(_within(RefundEvent.at, period), RefundEvent.state != RefundState.PENDING),
        select(Order.id).where(_within(Order.closed_at, period), Order.state == OrderState.CANCELLED),
        select(Shipment.order_id)
        .join(Parcel, Parcel.shipment_id == Shipment.id)
        .where(_within(Parcel.labelled_at, period)),
        select(OrderLine.order_id)
        .join(StockMovement, StockMovement.order_line_id == OrderLine.id)
        .where(_within(StockMovement.at, period), StockMovement.kind == MovementKind.RESTOCK),
    ]
    found = union(*parts).subquery()
    return (
        select(Order.id).where(Order.placed_at.is_not(None), Order.id.in_(select(found))).order_by(Order.id)
    )


def _within(at: InstrumentedAttribute[Any], period: Period) -> ColumnElement[bool]:
    return and_(at >= period.since, at < period.until)


def _loaded(session: Session, ids: Sequence[int]) -> Iterator[Sale]:
    orders = session.scalars(
        select(Order)
        .where(Order.id.in_(ids))
        .order_by(Order.id)
        .options(load_only(*_OF_ORDERS), selectinload(Order.lines).load_only(*_OF_LINES))
        .options(selectinload(Order.taxes))
    ).all()
    lines = {line.id: line for order in orders for line in order.lines}
    placed = {order.id: order.placed_at for order in orders if order.placed_at}
    found = _Found()
    _add_refunds(session, ids, found)
    _add_fees(session, placed, found)
    _add_postage(session, ids, found)
    _add_movements(session, list(lines), found)
    _add_costs(session, {line.variant_id for line in lines.values()}, found)
    for order in orders:
        yield _sale(order, placed[order.id], found)


def _sale(order: Order, placed_at: datetime, found: _Found) -> Sale:
    returned = [(x.id, units, at) for x in order.lines for units, at in found.returned.get(x.id, ())]
    if order.state is OrderState.CANCELLED and order.closed_at is not None:
        # Nothing had left the house: all of it is back on the shelf.
        returned = [(line.id, line.quantity, order.closed_at) for line in order.lines]
        if order.channel:
            # Its money is at the marketplace, which sends it back: there is no refund of ours to tell it.
            found.refunds[order.id].append(_called_off(order, order.closed_at))
    return Sale(
        order.id,
        order.number,
        placed_at,
        order.currency,
        order.country,
        tax_included=order.tax_included,
        is_pickup=order.is_pickup,
        is_tax_elsewhere=order.is_tax_elsewhere,
        lines=[_line(line, order.currency, placed_at, found) for line in order.lines],
        taxes={tax.basis_points: (tax.net, tax.tax) for tax in order.taxes},
        refunds=found.refunds.get(order.id, []),
        charges=found.charges.get(order.id, []),
        returned=returned,
    )


def _called_off(order: Order, at: datetime) -> Back:
    gross = {line.id: line.total + (0 if order.tax_included else line.tax) for line in order.lines}
    return Back(at, [*gross.items(), (None, order.total - sum(gross.values()))])


def _line(line: OrderLine, currency: str, placed_at: datetime, found: _Found) -> Line:
    stated = found.costs.get((line.variant_id, currency), [])
    known = [amount for valid_from, amount in stated if valid_from <= placed_at]
    return Line(
        line.id,
        line.sku,
        line.quantity,
        line.total,
        line.basis_points,
        line.tax,
        known[-1] if known else None,
        is_digital=line.is_digital,
        sent_from=found.sent_from.get(line.id, {}),
    )


def _add_refunds(session: Session, ids: Sequence[int], found: _Found) -> None:
    """Add what went back, and when it failed after all; a surplus was never sold, and takes nothing of it.

    A refund itself keeps its last moment only; its history has both.
    """
    went, failed = aliased(RefundEvent), aliased(RefundEvent)
    rows = session.execute(
        select(Refund, went.at, failed.at)
        .join(went, and_(went.refund_id == Refund.id, went.state == RefundState.SUCCEEDED))
        .outerjoin(failed, and_(failed.refund_id == Refund.id, failed.state == RefundState.FAILED))
        .where(Refund.order_id.in_(ids))
        .order_by(went.at, Refund.id)
    ).all()
    parts: dict[int, list[tuple[int | None, int]]] = defaultdict(list)
    of_these = RefundLine.refund_id.in_([row.id for row, _at, _failed_at in rows])
    for part in session.scalars(select(RefundLine).where(of_these).order_by(RefundLine.id)):
        parts[part.refund_id].append((part.order_line_id, part.amount))
    for row, at, failed_at in rows:
        found.charges[row.order_id].append(Charge(at, Kind.FEE, row.currency, row.fee))
        if not row.is_surplus:
            found.refunds[row.order_id].append(Back(at, parts[row.id], failed_at))


def _add_fees(session: Session, placed: Mapping[int, datetime], found: _Found) -> None:
    columns = (Payment.order_id, Payment.settled_at, Payment.created_at, Payment.currency, Payment.fee)
    elsewhere = select(Order.id, Order.currency).where(Order.id.in_(placed), Order.channel != "")
    for order_id, currency in session.execute(elsewhere.order_by(Order.id)):
        # A marketplace tells what it keeps with its settlement, which is in no book here.
        found.charges[order_id].append(Charge(placed[order_id], Kind.FEE, currency, None))
    rows = session.execute(
        select(*columns).where(Payment.order_id.in_(placed), Payment.captured > 0).order_by(Payment.id)
    )
    for row in rows:
        at = max(row.settled_at or row.created_at, placed[row.order_id])
        found.charges[row.order_id].append(Charge(at, Kind.FEE, row.currency, row.fee))


def _add_postage(session: Session, ids: Sequence[int], found: _Found) -> None:
    """Add what labels cost: of one that was given back nothing, of our own a price that nobody said."""
    kept = or_(
        Parcel.label_state.in_((LabelState.BOUGHT, LabelState.VOID_WANTED)),
        and_(Parcel.label_state == LabelState.VOIDED, Parcel.label_problem != ""),
    )
    by_hand = and_(
        Parcel.label_state == LabelState.NONE,
        Parcel.service != _HAND,
        Shipment.handed_over_at.is_not(None),
    )
    rows = session.execute(
        select(Shipment.order_id, Shipment.handed_over_at, Parcel)
        .join(Parcel, Parcel.shipment_id == Shipment.id)
        .where(Shipment.order_id.in_(ids), or_(kept, by_hand))
        .order_by(Parcel.id)
    )
    for order_id, handed_over_at, parcel in rows:
        at = parcel.labelled_at or handed_over_at or parcel.made_at
        found.charges[order_id].append(Charge(at, Kind.POSTAGE, parcel.currency, parcel.postage))


def _add_movements(session: Session, line_ids: Sequence[int], found: _Found) -> None:
    """Add what the ledger of stock says of lines: from where they were promised, and what came back."""
    rows = session.execute(
        select(StockMovement, Warehouse.country)
        .join(Warehouse, Warehouse.id == StockMovement.warehouse_id)
        .where(
            StockMovement.order_line_id.in_(line_ids),
            StockMovement.kind.in_((MovementKind.ALLOCATION, MovementKind.RESTOCK)),
        )
        .order_by(StockMovement.id)
    )
    for move, country in rows:
        line_id = move.order_line_id or 0
        if move.kind is MovementKind.RESTOCK:
            found.returned[line_id].append((move.quantity, move.at))
        else:
            here = found.sent_from[line_id]
            here[country] = here.get(country, 0) + move.quantity


def _add_costs(session: Session, variant_ids: set[int], found: _Found) -> None:
    rows = session.scalars(
        select(UnitCost).where(UnitCost.variant_id.in_(variant_ids)).order_by(UnitCost.valid_from)
    )
    for row in rows:
        found.costs[row.variant_id, row.currency].append((row.valid_from, row.amount))
