"""Doing one thing to many orders, each in a transaction of its own: one refusal leaves the others done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from oms.desk.changes import actions
from oms.desk.changes.many.models import BulkTurn, BulkWork
from oms.desk.changes.many.states import Deed, TurnState
from oms.desk.orders.sending.queries import why_not_cancel
from oms.kernel import clock, outbox
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError
from oms.orders import queries as orders
from oms.orders.models import Order

MOST = 100


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
        Deed.LIFT: actions.why_not_lift,
        Deed.CANCEL: why_not_cancel,
    }
    return [Row(order.number, checks[deed](session, order)) for order in found]


def ask(session: Session, rows: Sequence[Row], deed: Deed, why: str, *, by: Actor) -> BulkWork:
    """Write down what is to be done to these orders; the worker does it, and the work's page tells.

    What its preview left out is left out here, with the reason.
    """
    made = BulkWork(deed=deed, why=why, by_kind=by.kind, by_id=by.id, asked_at=clock.now(), turns=[])
    for position, row in enumerate(rows):
        turn = BulkTurn(position=position, number=row.number, state=TurnState.WAITING, refusal="")
        if row.refusal:
            turn.become(TurnState.LEFT_OUT, row.refusal)
        made.turns.append(turn)
    session.add(made)
    session.flush()
    outbox.say(session, "many.asked", work=made.id)
    return made


def do_one(session: Session, number: str, work: BulkWork, by: Actor) -> None:
    """Do what was asked to one order. Raises what the one action raises."""
    if work.deed is Deed.HOLD:
        actions.hold(session, number, work.why, by=by)
    elif work.deed is Deed.LIFT:
        actions.lift_all(session, number, by=by)
    else:
        actions.cancel(session, number, work.why, by=by)
