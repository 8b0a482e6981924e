"""Doing one thing to many orders, each in a transaction of its own: one refusal leaves the others done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from oms.desk.changes import actions
from oms.desk.orders.sending.queries import why_not_cancel
from oms.kernel.audit import Actor
from oms.kernel.db import transaction
from oms.kernel.errors import BadInputError, CounterfoilError
from oms.orders import queries as orders
from oms.orders.models import Order

MOST = 100


class Deed(StrEnum):
    """What can be done to many orders."""

    HOLD = "hold"
    LIFT = "lift"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Row:
    """One order, and why it is left out, as a sentence; nothing when it is done."""

    number: str
    refusal: str


def chosen(session: Session, numbers: Sequence[str]) -> list[Order]:
    """Return the placed orders of these numbers, in order. Raises BadInputError for none or too many."""
    if not numbers:
        raise BadInputError("Select at least one order.")
    if len(numbers) > MOST:
        raise BadInputError(f"Select at most {MOST} orders at once.")
    found = {o.number: o for o in orders.of_numbers(session, list(numbers)) if o.placed_at is not None}
    return [found[number] for number in dict.fromkeys(numbers) if number in found]


def preview(session: Session, found: Sequence[Order], deed: Deed) -> list[Row]:
    """Return what would become of each order."""
    checks: dict[Deed, Callable[[Session, Order], str]] = {
        Deed.HOLD: actions.why_not_hold,
        Deed.LIFT: _why_not_lift,
        Deed.CANCEL: why_not_cancel,
    }
    return [Row(order.number, checks[deed](session, order)) for order in found]


def _why_not_lift(session: Session, order: Order) -> str:
    return "" if orders.open_holds(session, order.id) else "It does not wait."


def carry_out(numbers: Sequence[str], deed: Deed, why: str, *, by: Actor) -> list[Row]:
    """Do it to each order; return what became of each."""
    return [Row(number, _one(number, deed, why, by)) for number in numbers]


def _one(number: str, deed: Deed, why: str, by: Actor) -> str:
    try:
        with transaction() as session:
            if deed is Deed.HOLD:
                actions.hold(session, number, why, by=by)
            elif deed is Deed.LIFT:
                actions.lift_all(session, number, by=by)
            else:
                actions.cancel(session, number, why, by=by)
    except CounterfoilError as error:
        return error.message
    return ""
