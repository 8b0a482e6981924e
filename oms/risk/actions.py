"""What happens to a doubtful order: it waits, a person decides, or nobody does and it goes on."""

import logging
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from oms.fulfillment import actions as fulfillment
from oms.kernel import audit, clock, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import NotFoundError
from oms.kernel.vault import Keys
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.models import OrderHold
from oms.orders.states import OrderState
from oms.payments import queries as payments
from oms.risk import queries
from oms.risk.models import CheckoutAlert, OrderDoubt
from oms.risk.personal import DoubtReasons
from oms.risk.scoring import Assessed
from oms.risk.states import DoubtState

# How long a person has to look. Then the order goes on: silence refuses nobody.
DUE = timedelta(hours=48)
# Neutral: who may not know why reads no more than this.
WAITS = "It waits for a look."
CANCELLED = "We could not send it after a look."
_UNLOOKED = "Nobody looked in time."
# So many refused cards within an hour, and at least four of five, are no shoppers.
_TRIED, _SHARE = 20, 0.8

log = logging.getLogger(__name__)


def doubt(session: Session, order_id: int, found: Assessed, keys: Keys) -> OrderDoubt | None:
    """Make a placed order wait for a look, and seal why; None where it is doubted already, or needs no more.

    `keys` hold one for DoubtReasons. Nothing else happens to the order. A download is there at once and waits
    for nobody.
    """
    order = orders.locked(session, order_id)
    is_sent = order.is_digital or order.delivered_at is not None
    is_over = order.state is not OrderState.PLACED or order.forgotten_at is not None
    if is_sent or is_over or queries.of_order(session, order_id) is not None:
        return None
    vault.seal(session, DoubtReasons(found.codes, str(round(found.score * 100))), keys)
    held = agreement.hold(session, order.id, WAITS, by=SYSTEM)
    session.flush()
    now = clock.now()
    made = OrderDoubt(order_id=order.id, hold_id=held.id, at=now, due_at=now + DUE)
    session.add(made)
    session.flush()
    return made


def send(session: Session, number: str, *, by: Actor) -> None:
    """Let a doubtful order go on. Raises NotFoundError, or IllegalMoveError when it was decided before."""
    _found, order = queries.by_number(session, number)
    orders.locked(session, order.id)
    found = _locked(session, order.id)
    found.decide(DoubtState.CLEARED, clock.now(), by=by)
    _let_go_on(session, found, by=by)
    audit.record(session, by, "risk.send", order.unit)


def cancel(session: Session, number: str, *, by: Actor) -> None:
    """Cancel a doubtful order and give the money back.

    Raises NotFoundError, or IllegalMoveError when it was decided before or something of it has left.
    """
    _found, order = queries.by_number(session, number)
    orders.locked(session, order.id)
    _locked(session, order.id).decide(DoubtState.CANCELLED, clock.now(), by=by)
    session.flush()
    fulfillment.cancel_order(session, order.id, by=by, why=CANCELLED)
    audit.record(session, by, "risk.cancel", order.unit)


def lapse(session: Session, doubt_id: int) -> bool:
    """Let an order go on that nobody looked at in time; True when it was let go on now."""
    order_id = session.get_one(OrderDoubt, doubt_id).order_id
    orders.locked(session, order_id)
    found = _locked(session, order_id)
    if found.state is not DoubtState.OPEN or found.due_at > clock.now():
        return False
    found.decide(DoubtState.LAPSED, clock.now(), by=SYSTEM)
    _let_go_on(session, found, by=SYSTEM, why=_UNLOOKED)
    return True


def end(session: Session, order_id: int) -> None:
    """End the doubt about an order that was cancelled for another reason."""
    if queries.open_of(session, order_id) is None:
        return
    orders.locked(session, order_id)
    found = _locked(session, order_id)
    if found.state is DoubtState.OPEN:
        found.decide(DoubtState.ENDED, clock.now(), by=SYSTEM)


def _let_go_on(session: Session, found: OrderDoubt, *, by: Actor, why: str = "") -> None:
    """Lift the hold, unless it was lifted before."""
    if session.get_one(OrderHold, found.hold_id).lifted_at is None:
        agreement.lift_hold(session, found.hold_id, by=by, why=why)


def _locked(session: Session, order_id: int) -> OrderDoubt:
    found = queries.of_order(session, order_id)
    if found is None:
        raise NotFoundError("No doubt about this order is kept.")
    session.refresh(found, with_for_update=True)
    return found


def forget(session: Session, order_id: int) -> None:
    """Let go of the doubt about an order whose person goes; its reasons go with their key."""
    session.execute(delete(OrderDoubt).where(OrderDoubt.order_id == order_id))


def watch(session: Session) -> bool:
    """Raise an alert, once an hour, while cards are being tried at the checkout; True when it was raised now.

    It is told even where no order comes of it. Nothing that leads to anybody is in it.
    """
    now = clock.now()
    if queries.newest_alert(session, now - queries.HOUR) is not None:
        return False
    refused = payments.refused_between(session, now - queries.HOUR, now)
    paid = payments.captured_between(session, now - queries.HOUR, now)
    if refused < _TRIED or refused < _SHARE * (refused + paid):
        return False
    session.add(CheckoutAlert(at=now, refused=refused, paid=paid))
    log.warning("cards are being tried at the checkout")
    return True
