"""Reads of orders for the desk: long lists by key, and the page of one order. Lists never open the vault."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, select, tuple_
from sqlalchemy.orm import Session

from oms.desk.orders.sending.queries import Stage, is_at
from oms.inventory.models import Reservation, Warehouse
from oms.inventory.states import ReservationState
from oms.kernel import clock, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.register import Job, Purpose
from oms.orders.models import Order, OrderHold
from oms.orders.personal import OrderDelivery
from oms.orders.states import OrderState

SIZE = 50
MOST_NAMED = 200
# What stands for our own shop among the codes of connections; none can be written like this.
OWN = "_own"
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; empty means everything.

    `channel` is the code of a connection to a marketplace, or OWN; `numbers` names the orders themselves.
    """

    stage: str = ""
    market: str = ""
    country: str = ""
    on_hold: bool = False
    days: int = 0
    channel: str = ""
    numbers: tuple[str, ...] = ()
    is_oldest_first: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list: nothing personal in it; amounts in minor units."""

    id: int
    number: str
    state: OrderState
    country: str
    postcode_prefix: str
    units: int
    total: int
    currency: str
    placed_at: datetime
    delivered_at: datetime | None

    @property
    def key(self) -> str:
        """Return its place in the list, for the address of the next piece."""
        return f"{int(self.placed_at.timestamp() * _MICROSECONDS)}-{self.id}"


_COLUMNS = (
    *(Order.id, Order.number, Order.state, Order.country, Order.postcode_prefix, Order.units),
    *(Order.total, Order.currency, Order.placed_at, Order.delivered_at),
)


def listed(session: Session, wanted: Wanted, key: str, *, is_backwards: bool) -> list[Listed]:
    """Return at most one row more than a piece of the list of placed orders, from a key on."""
    is_descending = wanted.is_oldest_first == is_backwards
    statement = select(*_COLUMNS).where(Order.placed_at.is_not(None), *_conditions(wanted))
    at = _read_key(key)
    if at is not None:
        statement = statement.where(_beyond(at, is_descending=is_descending))
    order = (
        (Order.placed_at.desc(), Order.id.desc())
        if is_descending
        else (Order.placed_at.asc(), Order.id.asc())
    )
    rows: Sequence[Row[*tuple[Any, ...]]] = session.execute(statement.order_by(*order).limit(SIZE + 1)).all()
    return [Listed(*row) for row in rows]


def _beyond(at: tuple[datetime, int], *, is_descending: bool) -> ColumnElement[bool]:
    # Compared as one row, so that the index finds the place; an "or" of two would read up to it.
    place = tuple_(Order.placed_at, Order.id)
    return place < at if is_descending else place > at


def _read_key(key: str) -> tuple[datetime, int] | None:
    """Return the moment and id of a key; None for the beginning, and for anything that is no key."""
    moment, _, number = key.partition("-")
    if not (moment.isdecimal() and number.isdecimal() and key.isascii()) or len(key) > 40:  # noqa: PLR2004 - two ids
        return None
    whole, rest = divmod(int(moment), _MICROSECONDS)
    try:
        return datetime.fromtimestamp(whole, UTC) + timedelta(microseconds=rest), int(number)
    except (OverflowError, ValueError, OSError):
        return None


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.stage == "to_send":
        found += [Order.state == OrderState.PLACED, Order.delivered_at.is_(None)]
    elif wanted.stage == "delivered":
        found += [Order.state == OrderState.PLACED, Order.delivered_at.is_not(None)]
    elif wanted.stage in set(Stage):
        found += [Order.state == OrderState.PLACED, Order.delivered_at.is_(None), is_at(wanted.stage)]
    elif wanted.stage:
        found.append(Order.state == wanted.stage)
    channel = "" if wanted.channel == OWN else wanted.channel
    plain = (
        (wanted.market, Order.market_code == wanted.market),
        (wanted.country, Order.country == wanted.country),
        (wanted.channel, Order.channel == channel),
    )
    found += [condition for is_asked, condition in plain if is_asked]
    if wanted.on_hold:
        waits = select(OrderHold.id).where(OrderHold.order_id == Order.id, OrderHold.lifted_at.is_(None))
        found.append(waits.exists())
    if wanted.days:
        found.append(Order.placed_at >= clock.now() - timedelta(days=wanted.days))
    if wanted.numbers:
        found.append(Order.number.in_(wanted.numbers[:MOST_NAMED]))
    return found


def held(session: Session, order_ids: Collection[int]) -> set[int]:
    """Return which of these orders must wait."""
    return set(
        session.scalars(
            select(OrderHold.order_id).where(OrderHold.order_id.in_(order_ids), OrderHold.lifted_at.is_(None))
        )
    )


def origins(session: Session, order_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the names of the warehouses that send each order."""
    rows = session.execute(
        select(Reservation.order_id, Warehouse.name)
        .join(Warehouse, Warehouse.id == Reservation.warehouse_id)
        .where(Reservation.order_id.in_(order_ids), Reservation.state != ReservationState.RELEASED)
        .distinct()
        .order_by(Warehouse.name)
    )
    found: dict[int, list[str]] = {}
    for order_id, name in rows:
        found.setdefault(order_id, []).append(name)
    return found


def origins_by_line(session: Session, order_id: int) -> dict[int, list[str]]:
    """Return the names of the warehouses that each line of an order comes from."""
    rows = session.execute(
        select(Reservation.order_line_id, Warehouse.name)
        .join(Warehouse, Warehouse.id == Reservation.warehouse_id)
        .where(Reservation.order_id == order_id, Reservation.state != ReservationState.RELEASED)
        .order_by(Reservation.id)
    )
    found: dict[int, list[str]] = {}
    for line_id, name in rows:
        found.setdefault(line_id, []).append(name)
    return found


def initials(session: Session, order: Order) -> str:
    """Return the first letters of the name on the parcel, such as `A··· L···`; nothing once it has gone.

    The house opens it and shows letters alone; the number of dots says nothing about the name.
    """
    kept = vault.open_record(
        session, OrderDelivery, order.unit, purpose=Purpose.AFTER_SALES, by=SYSTEM.doing(Job.MASKS)
    )
    return " ".join(f"{word[0]}···" for word in kept.name.split()[:2]) if kept else ""
