"""Asking for money to go back, whole or by line, under the order's lock."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError
from oms.orders import actions, queries
from oms.orders.refunding.queries import Refundable, Share, refundable
from oms.payments import actions as money
from oms.payments.actions import RefundAsked, RefundPart, RefundTooLargeError
from oms.payments.models import Refund


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes back: units by order line id, and whether delivery does; with the reason the buyer reads."""

    units: Mapping[int, int]
    delivery: bool
    reason: str


def parts_of(wanted: Wanted, found: Refundable) -> tuple[RefundPart, ...]:
    """Return what is wanted as parts of a refund. Raises BadInputError for more units than are left."""
    known = {share.order_line_id for share in found.shares}
    if any(line not in known for line in wanted.units):
        raise BadInputError("A line of another order cannot be refunded here.")
    parts = [_part(share, wanted.units.get(share.order_line_id or 0, 0)) for share in found.shares]
    if wanted.delivery and found.delivery.left:
        parts.append(RefundPart(None, 0, found.delivery.left, found.delivery.most))
    return tuple(part for part in parts if part.amount)


def _part(share: Share, units: int) -> RefundPart:
    if not 0 <= units <= share.units_left:
        raise BadInputError(
            f"At most {share.units_left} can still be refunded.", field=f"line-{share.order_line_id}"
        )
    return RefundPart(share.order_line_id, units, share.amount(units), share.most)


def refund(session: Session, order_id: int, wanted: Wanted, *, by: Actor) -> Refund:
    """Write a refund of units and delivery, and say so in the order's history; the call follows the commit.

    Raises RefundTooLargeError or BadInputError, and then nothing was written.
    """
    order = queries.locked(session, order_id)
    payments = actions.money_of(session, order_id)
    parts = parts_of(wanted, refundable(session, order))
    amount = sum(part.amount for part in parts)
    payment = next((p for p in payments if p.refundable >= amount), None)
    if payment is None or not amount:
        raise RefundTooLargeError("There is nothing to send back." if not amount else "")
    made = money.request_refund(session, RefundAsked(payment.id, parts, wanted.reason), by=by)
    actions.note_event(session, order, "refund asked", by=by, why=wanted.reason)
    return made
