"""Withdrawing from a contract: declared, acknowledged, settled; and which goods the law excludes."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.fulfillment import actions as fulfillment
from oms.fulfillment import queries as parcels
from oms.fulfillment.states import FulfillmentState
from oms.kernel import audit, clock, ids, outbox, vault
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError, ConflictError, IllegalMoveError
from oms.kernel.vault import Keys
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order
from oms.returns import queries
from oms.returns.models import Withdrawal, WithdrawalExclusion
from oms.returns.personal import WithdrawalStatement
from oms.returns.queries import Right
from oms.returns.states import Exclusion, WithdrawalState

# Directive 2011/83/EU, article 13(1): all payments go back within 14 days of the statement.
REFUND_WITHIN = timedelta(days=14)
_WHY = "The buyer withdrew from the contract."
_OVER = (FulfillmentState.CLOSED, FulfillmentState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a buyer declared about an order, with the keys that were prepared for it."""

    order_id: int
    statement: WithdrawalStatement
    keys: Keys


def prepare(session: Session, order: Order) -> Keys:
    """Make the key of a statement, before the transaction that seals it."""
    subject = vault.subject_of(session, order.unit) or ids.new_id()
    return vault.prepare(subject, order.unit, WithdrawalStatement)


def withdraw(session: Session, declared: Declaration, *, by: Actor) -> Withdrawal:
    """Take a withdrawal, binding at once; whoever repeats it is given the first one.

    Where packing has not begun the order is cancelled and paid back with it; else what is still in the
    house waits for the desk. Raises ConflictError, and writes nothing, when there is no right to withdraw;
    BadInputError for a statement that does not say who withdraws (Directive 2011/83/EU, article 11a(2)).
    """
    if not declared.statement.name.strip():
        raise BadInputError("Type your name.", field="name")
    order = orders.locked(session, declared.order_id)
    earlier = queries.of_order(session, order.id)
    if earlier is not None:
        return earlier
    right = queries.right_of(session, order)
    if right is None:
        raise ConflictError("There is no right to withdraw from this order, or it has ended.")
    now = clock.now()
    made = Withdrawal(
        order_id=order.id,
        state=WithdrawalState.DECLARED,
        declared_at=now,
        refund_by=(now + REFUND_WITHIN).date(),
    )
    session.add(made)
    session.flush()
    vault.seal(session, declared.statement, declared.keys)
    agreement.note_event(session, order, "withdrawn", by=by)
    audit.record(session, by, "order.withdraw", order.unit)
    outbox.say(session, "order.withdrawn", withdrawal=made.id)
    if _cancelled(session, order, right, by):
        made.settle(clock.now())
    elif _is_in_the_house(session, order):
        agreement.hold(session, order.id, _WHY, by=by)
    return made


def _is_in_the_house(session: Session, order: Order) -> bool:
    parts = parcels.parts_of(session, order.id)
    has_left = bool(parts) and all(part.state in _OVER for part in parts)
    return order.delivered_at is None and not has_left


def _cancelled(session: Session, order: Order, right: Right, by: Actor) -> bool:
    """Cancel what has not left the house yet, all of it; False when the desk has to see to it."""
    if right.excluded or not fulfillment.can_buyer_cancel(session, order):
        return False
    try:
        with session.begin_nested():
            fulfillment.cancel_order(session, order.id, by=by, why=_WHY)
    except IllegalMoveError:
        return False
    return True


def note_acknowledged(session: Session, withdrawal_id: int) -> None:
    """Note that the mail server has taken the acknowledgment; the first time stays."""
    found = queries.get(session, withdrawal_id)
    found.acknowledged_at = found.acknowledged_at or clock.now()


def settle(session: Session, withdrawal_id: int, *, by: Actor, why: str = "") -> Withdrawal:
    """Note that the money went back and nothing is open; or why not all of it goes back.

    Raises ConflictError, and writes nothing, where money is owed still and no reason is given.
    Raises NotFoundError, IllegalMoveError.
    """
    found = queries.get(session, withdrawal_id)
    order = orders.locked(session, found.order_id)
    is_owed = queries.still_owed(session, order).amount > 0
    if is_owed and not why:
        raise ConflictError("Money is owed still. Refund it first, or say why it does not go back.")
    found.settle(clock.now())
    agreement.note_event(session, order, "withdrawal settled", by=by, why=why if is_owed else "")
    audit.record(session, by, "withdrawal.settle", order.unit, reason=why if is_owed else "")
    return found


def exclude(session: Session, sku: str, reason: Exclusion, *, by: Actor) -> bool:
    """Exclude a SKU from withdrawal in orders placed from now on; False where it was excluded before."""
    row = insert(WithdrawalExclusion).values(sku=sku, reason=reason, since=clock.now())
    added = session.scalar(row.on_conflict_do_nothing().returning(WithdrawalExclusion.sku))
    if added:
        audit.record(session, by, "withdrawal.exclude", f"sku:{sku}")
    return added is not None
