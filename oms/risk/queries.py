"""Signals of an order, gathered without opening anything: marks are compared with marks; and open doubts."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from oms.kernel import clock, vault
from oms.kernel.audit import Actor
from oms.kernel.errors import NotFoundError
from oms.kernel.register import Purpose
from oms.orders.models import Order, unit_of
from oms.orders.personal import OrderContact, OrderDelivery
from oms.payments import queries as payments
from oms.payments.models import Refund
from oms.payments.states import RefundState
from oms.risk.models import CheckoutAlert, OrderDoubt
from oms.risk.personal import DoubtReasons
from oms.risk.scoring import HIGH, Signals
from oms.risk.states import DoubtState

HOUR, DAY, MONTH, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=30), timedelta(days=365)
USUAL = timedelta(days=90)
# Of fewer orders nobody knows what is usual.
_LEAST_USUAL = 20
# Where hundreds have parcels sent, everybody does.
_HUB = 300
# Reasons of refunds that tell of goods that were not as they should be; the desk's list has them.
CLAIMS = ("Goods were damaged", "Goods were missing")
MOST_LISTED = 50


def gather(session: Session, order: Order) -> Signals:
    """Return what is unusual of a placed order, as it was at the moment it was placed."""
    at = order.placed_at or clock.now()
    mine = vault.alike(session, OrderContact, ("email",), [order.unit]).get(order.unit, frozenset())
    earlier = _earlier(session, order, mine, at)
    usual = _usual(session, order, at)
    others, nearby = _neighbors(session, order, mine, at, usual)
    return Signals(
        refused=payments.refusals_of(session, order.id),
        rush=payments.refused_between(session, at - HOUR, at),
        paid=payments.captured_between(session, at - HOUR, at),
        recent=sum(1 for one in earlier if one.placed_at and one.placed_at > at - DAY),
        others=others,
        nearby=nearby,
        earlier=len(earlier),
        claims=_claims(session, [one.id for one in earlier], at),
        ratio=order.total / usual if usual else 1.0,
    )


def _earlier(session: Session, order: Order, units: Collection[str], at: datetime) -> list[Order]:
    """Return what the same mailbox or account ordered within the year before."""
    is_same_account = Order.buyer_id == order.buyer_id if order.buyer_id is not None else false()
    is_theirs = or_(Order.number.in_(_numbers(units)), is_same_account)
    before = (Order.placed_at <= at, Order.placed_at > at - YEAR, Order.id != order.id)
    return list(session.scalars(select(Order).where(is_theirs, *before)))


def _numbers(units: Collection[str]) -> list[str]:
    return [unit.partition(":")[2] for unit in units]


def _usual(session: Session, order: Order, at: datetime) -> float:
    """Return the median total of the months before in this currency; 0 where too few orders tell."""
    middle = func.percentile_cont(0.5).within_group(Order.total)
    lately = (Order.placed_at <= at, Order.placed_at > at - USUAL, Order.currency == order.currency)
    count, median = session.execute(select(func.count(Order.id), middle).where(*lately)).one()
    return float(median) if count >= _LEAST_USUAL else 0.0


def _neighbors(
    session: Session, order: Order, mine: Collection[str], at: datetime, usual: float
) -> tuple[int, int]:
    """Return how many other mailboxes ordered to the place of an order, and how many of them first and dear.

    Nothing of it is looked up where the order itself is not dear.
    """
    if not usual or order.total < HIGH * usual:
        return 0, 0
    there = vault.alike(session, OrderDelivery, ("street", "postcode"), [order.unit])
    place = there.get(order.unit, frozenset()) - set(mine)
    if len(place) > _HUB:
        return len(place), 0
    lately = (Order.placed_at <= at, Order.placed_at > at - MONTH)
    found = session.scalars(select(Order).where(Order.number.in_(_numbers(place)), *lately))
    theirs = {one.unit: one for one in found}
    mailboxes = vault.alike(session, OrderContact, ("email",), list(theirs))
    since = _begun(session, {unit for same in mailboxes.values() for unit in same})
    groups = {
        frozenset(same): [theirs[unit] for unit in same if unit in theirs] for same in mailboxes.values()
    }
    alike = 0
    for same, listed in groups.items():
        first = min(since[unit] for unit in same if unit in since)
        alike += any(one.placed_at == first and one.total >= HIGH * usual for one in listed)
    return len(groups), alike


def _begun(session: Session, units: Collection[str]) -> dict[str, datetime]:
    """Return when each of some orders was placed, by their units."""
    placed = select(Order.number, Order.placed_at).where(Order.number.in_(_numbers(units)))
    return {unit_of(number): at for number, at in session.execute(placed) if at is not None}


def _claims(session: Session, order_ids: Sequence[int], at: datetime) -> int:
    """Return for how many of some orders money went back because goods were damaged or missing."""
    told = (Refund.reason.in_(CLAIMS), Refund.state != RefundState.FAILED, Refund.created_at <= at)
    count = select(func.count(Refund.order_id.distinct())).where(Refund.order_id.in_(order_ids), *told)
    return int(session.scalar(count) or 0)


def of_order(session: Session, order_id: int) -> OrderDoubt | None:
    """Return the doubt about an order, if there was one and it is still kept."""
    return session.scalar(select(OrderDoubt).where(OrderDoubt.order_id == order_id))


def open_of(session: Session, order_id: int) -> OrderDoubt | None:
    """Return the doubt for which an order waits; None where it waits for none."""
    found = of_order(session, order_id)
    return found if found is not None and found.state is DoubtState.OPEN else None


def by_number(session: Session, number: str) -> tuple[OrderDoubt, Order]:
    """Return a doubt and its order, by the order's number. Raises NotFoundError."""
    chosen = select(OrderDoubt, Order).join(Order, Order.id == OrderDoubt.order_id)
    found = session.execute(chosen.where(Order.number == number)).one_or_none()
    if found is None:
        raise NotFoundError("No doubt about this order is kept.")
    return found[0], found[1]


def of_units(session: Session, units: Sequence[str]) -> list[tuple[OrderDoubt, str]]:
    """Return the doubts about some orders with their units, the newest first."""
    numbers = _numbers([unit for unit in units if unit.startswith("order:")])
    chosen = select(OrderDoubt, Order.number).join(Order, Order.id == OrderDoubt.order_id)
    rows = session.execute(chosen.where(Order.number.in_(numbers)).order_by(OrderDoubt.at.desc()))
    return [(doubt, unit_of(number)) for doubt, number in rows]


def listed(session: Session, *, are_open: bool) -> list[tuple[OrderDoubt, Order]]:
    """Return doubts with their orders: those that wait, first due first; or those decided lately."""
    chosen = select(OrderDoubt, Order).join(Order, Order.id == OrderDoubt.order_id).limit(MOST_LISTED)
    is_open = OrderDoubt.state == DoubtState.OPEN
    if are_open:
        rows = session.execute(chosen.where(is_open).order_by(OrderDoubt.due_at, OrderDoubt.id))
    else:
        rows = session.execute(chosen.where(~is_open).order_by(OrderDoubt.decided_at.desc()))
    return [(row[0], row[1]) for row in rows]


def reasons(session: Session, order: Order, *, by: Actor) -> DoubtReasons | None:
    """Open why an order waits, for a reviewer; None once it has gone, or while its person has it locked."""
    try:
        return vault.open_record(session, DoubtReasons, order.unit, purpose=Purpose.SECURITY, by=by)
    except vault.LockedError:
        return None


def due(session: Session, at: datetime) -> list[int]:
    """Return the doubts that nobody decided in time."""
    late = (OrderDoubt.state == DoubtState.OPEN, OrderDoubt.due_at <= at)
    return list(session.scalars(select(OrderDoubt.id).where(*late).order_by(OrderDoubt.id)))


def unlooked(session: Session, before: datetime) -> int:
    """Return how many doubts have waited since before a moment."""
    waiting = (OrderDoubt.state == DoubtState.OPEN, OrderDoubt.at < before)
    return int(session.scalar(select(func.count(OrderDoubt.id)).where(*waiting)) or 0)


def newest_alert(session: Session, since: datetime) -> CheckoutAlert | None:
    """Return the newest alert of cards that are being tried, since a moment."""
    lately = (
        select(CheckoutAlert)
        .where(CheckoutAlert.at > since)
        .order_by(CheckoutAlert.at.desc(), CheckoutAlert.id.desc())
    )
    return session.scalar(lately.limit(1))
