"""Who may still withdraw from what, and which withdrawals wait for their money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel import clock, ids, vault
from oms.kernel.errors import NotFoundError
from oms.kernel.money import Money
from oms.orders import queries as orders
from oms.orders.models import Order, OrderLine, unit_of
from oms.orders.personal import OrderContact
from oms.orders.refunding.queries import refundable
from oms.orders.states import OrderState
from oms.returns import period
from oms.returns.models import Withdrawal, WithdrawalExclusion
from oms.returns.states import Exclusion, WithdrawalState

MOST_LISTED = 200
_AGREED = frozenset({OrderState.PLACED, OrderState.CLOSED})


@dataclass(frozen=True, slots=True)
class Right:
    """What a buyer may withdraw from: until when (None: delivery has not begun it), and what not, and why."""

    until: datetime | None
    goods: tuple[OrderLine, ...]
    excluded: tuple[tuple[OrderLine, Exclusion], ...]


def right_of(session: Session, order: Order) -> Right | None:
    """Return what the buyer of an order may withdraw from now; None where there is nothing, or no more."""
    if order.country not in period.AREA or order.state not in _AGREED or order.placed_at is None:
        return None
    until = _until(order)
    if (until is not None and until <= clock.now()) or of_order(session, order.id) is not None:
        return None
    found = covered(session, order)
    return found if found.goods else None


def covered(session: Session, order: Order) -> Right:
    """Return which goods of an order the right covers and which not, whether or not it has ended."""
    chosen = select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    lines = session.scalars(chosen).all()
    reasons = _excluded(session, order, lines)
    goods = tuple(line for line in lines if line.id not in reasons)
    excluded = tuple((line, reasons[line.id]) for line in lines if line.id in reasons)
    return Right(_until(order), goods, excluded)


def _until(order: Order) -> datetime | None:
    """Return the end: 14 days from the contract for a download, from the last delivery for goods."""
    begun = order.placed_at if order.is_digital else order.delivered_at
    return period.ends_at(begun, order.country) if begun else None


def _excluded(session: Session, order: Order, lines: Sequence[OrderLine]) -> dict[int, Exclusion]:
    skus = {line.sku for line in lines}
    chosen = select(WithdrawalExclusion).where(
        WithdrawalExclusion.sku.in_(skus), WithdrawalExclusion.since <= order.placed_at
    )
    reasons = {row.sku: row.reason for row in session.scalars(chosen)}
    is_waived = orders.waived_at(session, order.id) is not None
    found = {line.id: reasons[line.sku] for line in lines if line.sku in reasons}
    return {
        **found,
        **{line.id: Exclusion.DIGITAL for line in lines if line.is_digital and is_waived},
    }


def still_owed(session: Session, order: Order) -> Money:
    """Return what a withdrawal from an order, read with its lines, has still to pay back.

    The goods that the right covers, and delivery where it covers them all; less what went back, or is on its
    way, and never more than was paid.
    """
    right, found = covered(session, order), refundable(session, order)
    goods = {line.id for line in right.goods}
    due = sum(share.left for share in found.shares if share.order_line_id in goods)
    due += 0 if right.excluded else found.delivery.left
    return Money(min(due, found.cap), found.currency)


def order_by(session: Session, number: str, email: str) -> Order | None:
    """Return an order by its number and the mailbox it was ordered with; None where either is wrong.

    The order is looked at only where both fit, so that no answer takes longer because there is such an order.
    """
    unit = unit_of(ids.read_order_number(number) or number)
    known = {found.unit for found in vault.find(session, OrderContact, "email", email)}
    return orders.by_number(session, number) if unit in known else None


def of_order(session: Session, order_id: int) -> Withdrawal | None:
    """Return the withdrawal from an order, if there was one."""
    return session.scalar(select(Withdrawal).where(Withdrawal.order_id == order_id))


def get(session: Session, withdrawal_id: int) -> Withdrawal:
    """Return a withdrawal by its id, locked. Raises NotFoundError."""
    found = session.get(Withdrawal, withdrawal_id, with_for_update=True)
    if found is None:
        raise NotFoundError("There is no such withdrawal.")
    return found


def found(session: Session, withdrawal_id: int) -> Withdrawal:
    """Return a withdrawal by its id, to be shown. Raises NotFoundError."""
    row = session.get(Withdrawal, withdrawal_id)
    if row is None:
        raise NotFoundError("There is no such withdrawal.")
    return row


def listed(session: Session, *, are_open: bool) -> list[tuple[Withdrawal, Order]]:
    """Return withdrawals with their orders: those to settle, first owed first; or those settled."""
    chosen = select(Withdrawal, Order).join(Order, Order.id == Withdrawal.order_id).limit(MOST_LISTED)
    if are_open:
        chosen = chosen.where(Withdrawal.state == WithdrawalState.DECLARED).order_by(
            Withdrawal.refund_by, Withdrawal.id
        )
    else:
        chosen = chosen.where(Withdrawal.state == WithdrawalState.SETTLED).order_by(Withdrawal.id.desc())
    return [(row[0], row[1]) for row in session.execute(chosen)]


def owed(session: Session, today: date) -> int:
    """Return how many withdrawals should have been paid back before a day, and were not."""
    late = select(func.count(Withdrawal.id)).where(
        Withdrawal.state == WithdrawalState.DECLARED, Withdrawal.refund_by < today
    )
    return int(session.scalar(late) or 0)


def unacknowledged(session: Session, since: timedelta) -> int:
    """Return how many withdrawals were declared longer ago than this and never acknowledged."""
    late = select(func.count(Withdrawal.id)).where(
        Withdrawal.acknowledged_at.is_(None), Withdrawal.declared_at < clock.now() - since
    )
    return int(session.scalar(late) or 0)
