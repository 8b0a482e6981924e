"""Reads of orders; lists show a number, a country and a postcode prefix, never a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from oms.kernel import ids, register, vault
from oms.kernel.errors import BadInputError, NotFoundError
from oms.kernel.register import Event
from oms.orders.models import Order, OrderEvent, OrderHold, unit_of
from oms.orders.personal import CHANNEL_DAYS, ChannelDelivery, OrderDelivery
from oms.orders.states import WAIVED, OrderState

_ANY = 36_500


def by_number(session: Session, number: str) -> Order | None:
    """Return an order with its lines and taxes, by its number however it was typed.

    Marketplaces have numbers of their own, and some of ten digits look like ours.
    """
    return session.scalar(
        select(Order)
        .where(Order.number.in_((number.strip(), ids.read_order_number(number))))
        .options(selectinload(Order.lines), selectinload(Order.taxes))
    )


def units_of(session: Session, numbers: Sequence[str]) -> list[str]:
    """Return the units of orders by their numbers however they were typed, each once.

    Raises BadInputError, which names the numbers that are none.
    """
    wanted = {ids.read_order_number(number) or number: number for number in numbers}
    chosen = select(Order).where(Order.number.in_(wanted))
    found = {order.number: order.unit for order in session.scalars(chosen)}
    unknown = [typed for number, typed in wanted.items() if number not in found]
    if unknown:
        raise BadInputError(f"There is no order {', '.join(unknown[:5])}.", field="numbers")
    return [found[number] for number in wanted]


def buyer_of(session: Session, number: str) -> int | None:
    """Return whose account an order belongs to, by its exact number; None for a guest's."""
    return session.scalar(select(Order.buyer_id).where(Order.number == number))


def delivery_type(order: Order) -> type[OrderDelivery]:
    """Return as what an order's address is sealed: of what a marketplace sold it is a kind of its own."""
    return ChannelDelivery if order.channel else OrderDelivery


def get(session: Session, order_id: int) -> Order:
    """Return an order with its lines and taxes; raises NotFoundError."""
    found = session.scalar(
        select(Order)
        .where(Order.id == order_id)
        .options(selectinload(Order.lines), selectinload(Order.taxes))
    )
    if found is None:
        raise NotFoundError("There is no such order.")
    return found


def locked(session: Session, order_id: int) -> Order:
    """Return an order under its row lock; the only place that locks one. Raises NotFoundError."""
    found = session.scalar(
        select(Order)
        .where(Order.id == order_id)
        .with_for_update()
        .options(selectinload(Order.lines))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError("There is no such order.")
    return found


def by_placement(session: Session, key: str) -> Order | None:
    """Return the order that a checkout form has placed already, unless that one lapsed."""
    return session.scalar(
        select(Order).where(Order.placement_hash == ids.token_hash(key), Order.state != OrderState.LAPSED)
    )


def ends(order: Order) -> dict[str, datetime]:
    """Return when each kind of an order's personal data goes, by the kind's name; what is gone is not in it.

    What delivery decides counts from the moment of delivery, although the keys hear of it a moment later.
    """
    since = {Event.DELIVERED: order.delivered_at, Event.RETURN_WINDOW_ENDED: order.returns_end_at}
    found = vault.ends(order.unit)
    for name in found.keys() & register.KINDS.keys():
        rule = register.KINDS[name].retention
        moment = since.get(rule.after)
        if moment is not None:
            found[name] = moment + timedelta(days=min(rule.days, days_kept(order)))
    return found


def days_kept(order: Order) -> int:
    """Return for how many days after delivery anything is kept of who got an order, whatever its kind says.

    A marketplace's clause holds for all that came of what it told: the label, the number of the parcel too.
    """
    return CHANNEL_DAYS if order.channel else _ANY


def units_of_buyer(session: Session, buyer_id: int) -> list[str]:
    """Return the retention units of a buyer's orders, placed or not."""
    numbers = select(Order.number).where(Order.buyer_id == buyer_id).order_by(Order.id)
    return [unit_of(number) for number in session.scalars(numbers)]


def of_numbers(session: Session, numbers: list[str]) -> list[Order]:
    """Return orders by their numbers, the newest first."""
    return list(
        session.scalars(select(Order).where(Order.number.in_(numbers)).order_by(Order.created_at.desc()))
    )


def history(session: Session, order_id: int) -> list[OrderEvent]:
    """Return what happened to an order, in order."""
    return list(
        session.scalars(select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(OrderEvent.id))
    )


def waived_at(session: Session, order_id: int) -> datetime | None:
    """Return when a buyer gave up the right to withdraw from what is downloaded; None where they did not."""
    chosen = select(OrderEvent.at).where(OrderEvent.order_id == order_id, OrderEvent.what == WAIVED)
    return session.scalar(chosen.order_by(OrderEvent.id).limit(1))


def open_holds(session: Session, order_id: int) -> list[OrderHold]:
    """Return why an order must wait."""
    return list(
        session.scalars(
            select(OrderHold).where(OrderHold.order_id == order_id, OrderHold.lifted_at.is_(None))
        )
    )


def lapsed_unforgotten(session: Session, *, before: datetime, most: int = 500) -> list[tuple[int, str]]:
    """Return (id, retention unit) of lapsed orders that still know somebody."""
    rows = session.execute(
        select(Order.id, Order.number)
        .where(Order.state == OrderState.LAPSED, Order.forgotten_at.is_(None), Order.closed_at < before)
        .limit(most)
    )
    return [(order_id, unit_of(number)) for order_id, number in rows]


def to_close(session: Session, *, before: datetime, most: int = 500) -> list[int]:
    """Return the ids of placed orders whose return window ended before a moment."""
    return list(
        session.scalars(
            select(Order.id)
            .where(Order.state == OrderState.PLACED, Order.returns_end_at < before)
            .limit(most)
        )
    )
