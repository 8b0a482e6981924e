"""What staff do to orders, each written to the order's history and to the audit."""

from sqlalchemy.orm import Session

from oms.desk.orders.sending.queries import ELSEWHERE
from oms.fulfillment import actions as fulfillment
from oms.kernel import audit
from oms.kernel.audit import Actor
from oms.kernel.errors import ConflictError, NotFoundError, RefusedError
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import Order, OrderHold
from oms.orders.refunding import actions as refunding
from oms.orders.refunding.actions import Wanted
from oms.orders.states import OrderState
from oms.payments.models import Refund
from oms.risk import queries as risk

_LOOK = "It waits for a look, which only its reviewers take."


def hold(session: Session, number: str, why: str, *, by: Actor) -> None:
    """Make a placed order wait. Raises ConflictError where it waits already or is placed no more."""
    order = _order(session, number)
    if refusal := why_not_hold(session, order):
        raise ConflictError(refusal)
    agreement.hold(session, order.id, why, by=by)
    audit.record(session, by, "order.hold", order.unit, reason=why)


def why_not_hold(session: Session, order: Order) -> str:
    """Return why an order cannot be held, as a sentence; nothing when it can."""
    if order.state is not OrderState.PLACED or order.delivered_at is not None:
        return "Only an order that is still to be sent can wait."
    return "It waits already." if orders.open_holds(session, order.id) else ""


def lift(session: Session, hold_id: int, *, by: Actor) -> Order:
    """Let an order go on; again, nothing changes.

    Raises NotFoundError, or RefusedError for what its reviewers alone decide.
    """
    found = session.get(OrderHold, hold_id)
    if found is None:
        raise NotFoundError("There is no such hold.")
    order = orders.locked(session, found.order_id)
    session.refresh(found)
    doubt = risk.open_of(session, order.id)
    if doubt is not None and doubt.hold_id == hold_id:
        raise RefusedError(_LOOK)
    if found.lifted_at is None:
        agreement.lift_hold(session, hold_id, by=by)
        audit.record(session, by, "order.lift", order.unit)
    return order


def lift_all(session: Session, number: str, *, by: Actor) -> None:
    """Let an order go on, whatever it waited for. Raises ConflictError where it may not, or does not wait."""
    order = _order(session, number)
    if refusal := why_not_lift(session, order):
        raise ConflictError(refusal)
    for one in orders.open_holds(session, order.id):
        agreement.lift_hold(session, one.id, by=by)
    audit.record(session, by, "order.lift", order.unit)


def why_not_lift(session: Session, order: Order) -> str:
    """Return why an order cannot be let go on here, as a sentence; nothing when it can."""
    if risk.open_of(session, order.id) is not None:
        return _LOOK
    return "" if orders.open_holds(session, order.id) else "It does not wait."


def cancel(session: Session, number: str, why: str, *, by: Actor) -> tuple[Refund, ...]:
    """Cancel an order before anything left; return the refunds on their way.

    Raises IllegalMoveError, or ConflictError for what a marketplace sold.
    """
    order = _own(session, number)
    done = fulfillment.cancel_order(session, order.id, by=by, why=why)
    audit.record(session, by, "order.cancel", order.unit, reason=why)
    return done.refunds


def refund(session: Session, number: str, wanted: Wanted, *, by: Actor) -> Refund:
    """Ask for money to go back.

    Raises RefundTooLargeError, BadInputError, or ConflictError for what a marketplace sold: then nothing
    changed.
    """
    order = _own(session, number)
    made = refunding.refund(session, order.id, wanted, by=by)
    audit.record(session, by, "order.refund", order.unit, reason=wanted.reason)
    return made


def _own(session: Session, number: str) -> Order:
    order = _order(session, number)
    if order.channel:
        raise ConflictError(ELSEWHERE)
    return order


def _order(session: Session, number: str) -> Order:
    found = orders.by_number(session, number)
    if found is None:
        raise NotFoundError("There is no order of this number.")
    return orders.locked(session, found.id)
