"""Reads about moves: what fits an order, which are due, and the link by which the old mailbox stops one."""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel import clock, ids, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.errors import NotFoundError
from oms.kernel.register import Job, Purpose
from oms.orders import queries as orders
from oms.orders.models import Order, OrderEvent
from oms.orders.personal import OrderDelivery
from oms.orders.states import OrderState
from oms.privacy.moving.models import MailboxMove
from oms.privacy.moving.personal import MoveClaim
from oms.privacy.moving.states import SETTLED, UNDER_WAY, MoveState

# So many wishes about one order within a day are looked at; what comes after them fits nothing.
MOST_A_DAY = 5
# As long as a mail about the end may be tried.
_MAILED = timedelta(days=4)
_STOPS = "stop a move"
_REQUESTS = SYSTEM.doing(Job.REQUESTS)
_LIVING = frozenset({OrderState.PLACED, OrderState.CLOSED, OrderState.CANCELLED})


def claim(session: Session, unit: str) -> MoveClaim | None:
    """Return what somebody typed, for the house alone; nobody at the desk reads it."""
    return vault.open_record(session, MoveClaim, unit, purpose=Purpose.SECURITY, by=_REQUESTS)


def fitting(session: Session, claimed: MoveClaim) -> Order | None:
    """Return the order that a claim fits: by its number, place and, until it has arrived, the amount.

    None for an order of an account, which has a way in of its own, and for goods that went nowhere.
    """
    order = orders.by_number(session, claimed.number)
    if order is None or order.buyer_id is not None or order.state not in _LIVING:
        return None
    kept = vault.open_record(session, OrderDelivery, order.unit, purpose=Purpose.RIGHTS, by=_REQUESTS)
    is_place = kept is not None and ids.is_same(kept.place, claimed.postcode)
    is_amount = hmac.compare_digest(str(order.total).encode(), _digits(claimed.amount).encode())
    is_free = len(_of_today(session, claimed.number)) <= MOST_A_DAY
    return order if is_place and is_free and (is_amount or order.delivered_at is not None) else None


def _of_today(session: Session, number: str) -> list[str]:
    """Return the wishes about an order of the last day, whether they fit or not; an index finds them."""
    units = [found.unit for found in vault.find(session, MoveClaim, "number", number)]
    since = clock.now() - timedelta(days=1)
    chosen = select(MailboxMove.unit).where(MailboxMove.unit.in_(units), MailboxMove.asked_at > since)
    return list(session.scalars(chosen.where(MailboxMove.state != MoveState.ASKED)))


def _digits(typed: str) -> str:
    return "".join(c for c in typed if c.isascii() and c.isdigit())


def by_unit(session: Session, unit: str) -> MailboxMove:
    """Return a move by its unit, under its lock. Raises NotFoundError."""
    found = session.scalar(select(MailboxMove).where(MailboxMove.unit == unit).with_for_update())
    if found is None:
        raise NotFoundError("There is no such request, or it is over.")
    return found


def by_number(session: Session, number: str, *, is_locked: bool = False) -> MailboxMove:
    """Return a move that fits an order, under its lock where it is to change. Raises NotFoundError."""
    theirs = (MailboxMove.number == number, MailboxMove.order_id.is_not(None))
    chosen = select(MailboxMove).where(*theirs)
    found = session.scalar(chosen.with_for_update() if is_locked else chosen)
    if found is None:
        raise NotFoundError("There is no such request, or it is over.")
    return found


def listed(session: Session) -> list[tuple[MailboxMove, str]]:
    """Return the moves that fit an order, each with its number; those to decide first, then the newest."""
    rows = session.execute(
        select(MailboxMove, Order.number)
        .join(Order, Order.id == MailboxMove.order_id)
        .order_by((MailboxMove.state == MoveState.REVIEW).desc(), MailboxMove.id.desc())
        .limit(200)
    )
    return [(row[0], row[1]) for row in rows]


def due(session: Session, at: datetime) -> list[MailboxMove]:
    """Return the moves whose wait is over, under their locks."""
    over = (MailboxMove.state == MoveState.WAITING, MailboxMove.waits_until <= at)
    return list(session.scalars(select(MailboxMove).where(*over).with_for_update(skip_locked=True)))


def others(session: Session, move: MailboxMove) -> list[MailboxMove]:
    """Return the other moves of the same order that are under way."""
    theirs = (MailboxMove.order_id == move.order_id, MailboxMove.id != move.id)
    return list(
        session.scalars(
            select(MailboxMove).where(*theirs, MailboxMove.state.in_(UNDER_WAY)).with_for_update()
        )
    )


def was_corrected_since(session: Session, move: MailboxMove) -> bool:
    """Say whether the mailbox of the order was replaced after the move was asked for."""
    corrected = (OrderEvent.order_id == move.order_id, OrderEvent.what == "e-mail corrected")
    found = select(func.count()).select_from(OrderEvent).where(*corrected, OrderEvent.at > move.asked_at)
    return bool(session.scalar(found))


def finished_units(session: Session) -> list[str]:
    """Return the units of moves that ended days ago, or were never proven within a day."""
    now = clock.now()
    ended = MailboxMove.state.in_(SETTLED) & (MailboxMove.settled_at < now - _MAILED)
    idle = (MailboxMove.state == MoveState.ASKED) & (MailboxMove.asked_at < now - timedelta(days=1))
    return list(session.scalars(select(MailboxMove.unit).where(ended | idle)))


def stop_token(unit: str, secret: str) -> str:
    """Return the word of the link that stops a move; only we can make it, and it opens nothing."""
    name = unit.partition(":")[2]
    return f"{name}.{ids.sign(name, _STOPS, secret)}"


def read_stop_token(token: str, secret: str) -> str:
    """Return the unit that a link stops. Raises NotFoundError for one that is not ours."""
    name, _dot, signature = token.partition(".")
    if not ids.is_signed(name, signature, _STOPS, secret):
        raise NotFoundError("This link is not whole. Open it from the mail once more.")
    return f"move:{name}"
