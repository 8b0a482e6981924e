"""Booking stock by hand, by kind: the ledger's own actions do it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from oms.inventory import actions as stock
from oms.inventory.actions import Count, Move
from oms.inventory.states import MovementKind
from oms.kernel import audit
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError


@dataclass(frozen=True, slots=True)
class Booking:
    """What somebody books: units of a variant in a warehouse; a count says how many there are."""

    variant_id: int
    warehouse_id: int
    kind: MovementKind
    quantity: int
    note: str = ""


def book(session: Session, booking: Booking, *, by: Actor) -> None:
    """Write a booking into ledger and counters. Raises BadInputError or ConflictError, changing nothing."""
    if booking.kind is MovementKind.COUNT:
        counted = Count(booking.variant_id, booking.warehouse_id, booking.quantity, booking.note)
        stock.record_count(session, counted, by=by)
    else:
        _check(booking)
        line = Move(
            *(booking.variant_id, booking.warehouse_id, booking.kind, booking.quantity), note=booking.note
        )
        stock.move(session, [line], by=by)
    audit.record(session, by, f"stock.{booking.kind}", f"variant:{booking.variant_id}")


def _check(booking: Booking) -> None:
    if not booking.quantity:
        raise BadInputError("Nothing moves by zero.", field="quantity")
    if booking.quantity < 0 and booking.kind is not MovementKind.ADJUSTMENT:
        raise BadInputError("Type a number above zero; only a correction may be below.", field="quantity")
