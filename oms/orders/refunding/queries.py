"""What an order can still get back: per line and for delivery, in minor units, tax included."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel.money import half_up
from oms.orders.models import Order
from oms.payments import queries as payments
from oms.payments.models import Refund, RefundLine
from oms.payments.states import RefundState


@dataclass(frozen=True, slots=True)
class Share:
    """The part of an order that one line, or delivery (no line), was paid with, and what of it went back."""

    order_line_id: int | None
    quantity: int
    most: int
    back: int
    quantity_back: int

    @property
    def left(self) -> int:
        """Return the minor units that may still go back."""
        return max(0, self.most - self.back)

    @property
    def units_left(self) -> int:
        """Return the units that may still be refunded."""
        return max(0, self.quantity - self.quantity_back) if self.left else 0

    def amount(self, units: int) -> int:
        """Return what so many more units get back; all units together get exactly what the line cost."""
        if units <= 0:
            return 0
        whole = half_up(Fraction(self.most * (self.quantity_back + units), max(1, self.quantity)))
        return max(0, min(whole - self.back, self.left))


@dataclass(frozen=True, slots=True)
class Refundable:
    """What can still be given back for an order, capped by what was captured."""

    shares: tuple[Share, ...]
    delivery: Share
    cap: int
    captured: int
    currency: str


def refundable(session: Session, order: Order) -> Refundable:
    """Return what an order, read with its lines, can still get back."""
    back, units = payments.refunded_by_line(session, order.id), _units_back(session, order.id)
    on_top = not order.tax_included
    shares = tuple(
        Share(
            line.id,
            line.quantity,
            line.total + (line.tax if on_top else 0),
            back.get(line.id, 0),
            units.get(line.id, 0),
        )
        for line in order.lines
    )
    carriage = order.delivery + (order.delivery_tax if on_top else 0)
    paid = payments.of_order(session, order.id)
    return Refundable(
        shares,
        Share(None, 1, carriage, back.get(None, 0), 0),
        sum(payment.refundable for payment in paid),
        sum(payment.captured for payment in paid),
        order.currency,
    )


def _units_back(session: Session, order_id: int) -> Mapping[int | None, int]:
    rows = session.execute(
        select(RefundLine.order_line_id, func.sum(RefundLine.quantity))
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(Refund.order_id == order_id, Refund.state != RefundState.FAILED)
        .group_by(RefundLine.order_line_id)
    )
    return {line_id: int(units) for line_id, units in rows}
