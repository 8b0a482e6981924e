"""Figures of a day: orders, units, money in and back, by currency; minor units, days of UTC."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel.money import Money
from oms.orders.models import Order
from oms.payments.models import Refund
from oms.payments.states import RefundState


@dataclass(frozen=True, slots=True)
class Day:
    """What a day has brought so far."""

    orders: int
    units: int
    sold: tuple[Money, ...]
    back: tuple[Money, ...]


def day(session: Session, since: datetime) -> Day:
    """Return the figures of everything placed, and of refunds asked for, since a moment."""
    placed = session.execute(
        select(Order.currency, func.count(), func.sum(Order.units), func.sum(Order.total))
        .where(Order.placed_at >= since)
        .group_by(Order.currency)
        .order_by(Order.currency)
    ).all()
    refunds = session.execute(
        select(Refund.currency, func.sum(Refund.amount))
        .where(Refund.created_at >= since, Refund.state != RefundState.FAILED)
        .group_by(Refund.currency)
        .order_by(Refund.currency)
    )
    return Day(
        orders=sum(row[1] for row in placed),
        units=sum(int(row[2]) for row in placed),
        sold=tuple(Money(int(row[3]), row[0]) for row in placed),
        back=tuple(Money(int(amount), currency) for currency, amount in refunds),
    )
