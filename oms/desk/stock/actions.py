"""Booking stock by hand, by kind: the ledger's own actions do it; what came back names its order."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from oms.inventory import actions as stock
from oms.inventory import queries as inventory
from oms.inventory.actions import Count, Move
from oms.inventory.states import MovementKind
from oms.kernel import audit
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.orders.states import OrderState


@dataclass(frozen=True, slots=True)
class Booking:
    """What somebody books: units of a variant in a warehouse; a count says how many there are.

    What came back is of an order, by its number as it was typed.
    """

    variant_id: int
    warehouse_id: int
    kind: MovementKind
    quantity: int
    note: str = ""
    order: str = ""


def book(session: Session, booking: Booking, *, by: Actor) -> None:
    """Write a booking into ledger and counters. Raises BadInputError or ConflictError, changing nothing."""
    _check(booking)
    if booking.kind is MovementKind.COUNT:
        counted = Count(booking.variant_id, booking.warehouse_id, booking.quantity, booking.note)
        stock.record_count(session, counted, by=by)
    else:
        is_back = booking.kind is MovementKind.RESTOCK
        stock.move(session, _came_back(session, booking) if is_back else [_move(booking)], by=by)
    audit.record(session, by, f"stock.{booking.kind}", f"variant:{booking.variant_id}")


def _check(booking: Booking) -> None:
    if booking.order and booking.kind is not MovementKind.RESTOCK:
        raise BadInputError("Only what came back has an order. Choose that, or empty this.", field="order")
    if booking.kind is MovementKind.COUNT:
        return
    if not booking.quantity:
        raise BadInputError("Nothing moves by zero.", field="quantity")
    if booking.quantity < 0 and booking.kind is not MovementKind.ADJUSTMENT:
        raise BadInputError("Type a number above zero; only a correction may be below.", field="quantity")


def _move(booking: Booking, line_id: int | None = None, units: int = 0, batch: str = "") -> Move:
    return Move(
        *(booking.variant_id, booking.warehouse_id, booking.kind, units or booking.quantity),
        order_line_id=line_id,
        batch=batch,
        note=booking.note,
    )


def _came_back(session: Session, booking: Booking) -> list[Move]:
    """Return how goods come back, by the lines of their SKU, under the order's lock."""
    order = _order(session, booking)
    line_ids = [line.id for line in order.lines if line.variant_id == booking.variant_id]
    if not line_ids:
        raise BadInputError("This SKU is not in that order.", field="order")
    gone = inventory.gone_and_back(session, line_ids)
    left = sum(went - back for went, back in gone.values())
    if not left:
        raise BadInputError("Of this SKU nothing of that order is with the buyer.", field="order")
    if booking.quantity > left:
        raise BadInputError(
            "So many are with the buyer: %(left)s. Type at most that.", field="quantity", left=left
        )
    moves, rest = [], booking.quantity
    for line_id, (went, back) in sorted(gone.items()):
        units = min(rest, went - back)
        rest -= units
        if units:
            # Named by the first unit of it, so that no two movements of a line are the same.
            moves.append(_move(booking, line_id, units, f"return:{back + 1}"))
    return moves


def _order(session: Session, booking: Booking) -> Order:
    if not booking.order:
        raise BadInputError("Type the number of the order that it came back from.", field="order")
    found = orders.by_number(session, booking.order)
    if found is None:
        raise BadInputError("There is no order of this number.", field="order")
    order = orders.locked(session, found.id)
    if order.state is OrderState.CANCELLED:
        raise BadInputError("This order was cancelled: its goods never left.", field="order")
    return order
