"""Reads of what was sold: connections that may be asked, an order by its name there, what lies listed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from oms.catalog.models import Product, Variant
from oms.channels.models import ChannelOrder, Connection, Listing
from oms.fulfillment.models import FulfillmentOrder, Shipment
from oms.fulfillment.states import FulfillmentState
from oms.inventory.models import Reservation
from oms.inventory.states import ReservationState
from oms.kernel.errors import NotFoundError
from oms.orders.models import Order
from oms.orders.states import OrderState

# What an order waits for that was sold there and is not here.
SHORT = "Sold there, and not in stock here."
# How the trouble of an order begins that a fault of ours kept from being taken.
BROKEN = "It could not be taken"


@dataclass(frozen=True, slots=True)
class Goods:
    """A variant as an order line needs it, with its tax class; its weight in grams."""

    variant_id: int
    sku: str
    grams: int
    hs_code: str
    origin: str
    is_digital: bool
    tax_class: str


def connections(session: Session) -> list[Connection]:
    """Return every connection, by its code."""
    return list(session.scalars(select(Connection).order_by(Connection.code)))


def connection_of(session: Session, code: str) -> Connection:
    """Return a connection by its code. Raises NotFoundError."""
    found = session.scalar(select(Connection).where(Connection.code == code))
    if found is None:
        raise NotFoundError("There is no such connection.")
    return found


def locked(session: Session, connection_id: int, ref: str) -> ChannelOrder:
    """Return an order as it is known at its marketplace, under its row lock."""
    theirs = (ChannelOrder.connection_id == connection_id, ChannelOrder.ref == ref)
    return session.scalars(select(ChannelOrder).where(*theirs).with_for_update()).one()


def of_order(session: Session, order_id: int) -> tuple[ChannelOrder, Connection] | None:
    """Return what is known of an order at its marketplace, with the lines; None for what we sold."""
    row = session.execute(
        select(ChannelOrder, Connection)
        .join(Connection, Connection.id == ChannelOrder.connection_id)
        .where(ChannelOrder.order_id == order_id)
        .options(selectinload(ChannelOrder.lines))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def goods(session: Session, connection_id: int, skus: Iterable[str]) -> dict[str, Goods]:
    """Return our goods by what a marketplace calls them: as listed, else by our own SKU."""
    wanted = set(skus)
    columns = (
        *(Variant.id, Variant.sku, Variant.weight_grams, Product.hs_code, Product.origin),
        *(~Variant.requires_shipping, Product.tax_class),
    )
    of_products = select(*columns).join(Product, Product.id == Variant.product_id)
    ours = session.execute(of_products.where(Variant.sku.in_(wanted))).all()
    listed = session.execute(
        of_products.add_columns(Listing.sku)
        .join(Listing, Listing.variant_id == Variant.id)
        .where(Listing.connection_id == connection_id, Listing.sku.in_(wanted))
    ).all()
    return {row.sku: Goods(*row) for row in ours} | {row[-1]: Goods(*row[:-1]) for row in listed}


def ended(*, before: datetime) -> Select[int]:
    """Return orders of which nothing is in the house and whose parcels came to an end before a moment."""
    part = exists().where(FulfillmentOrder.order_id == Order.id)
    is_here = part.where(FulfillmentOrder.state.in_([FulfillmentState.OPEN, FulfillmentState.IN_PROGRESS]))
    way = exists().where(Shipment.order_id == Order.id)
    is_on_its_way = way.where(or_(Shipment.ended_at.is_(None), Shipment.ended_at > before))
    return select(Order.id).where(Order.channel != "", way, ~is_on_its_way, ~is_here)


def waiting(session: Session, connection_id: int, *, most: int = 100) -> list[str]:
    """Return the references of orders that could not be taken yet, those asked about longest ago first."""
    is_open = or_(ChannelOrder.order_id.is_(None), ChannelOrder.trouble.startswith(BROKEN))
    theirs = (ChannelOrder.connection_id == connection_id, ChannelOrder.trouble != "", is_open)
    return list(
        session.scalars(select(ChannelOrder.ref).where(*theirs).order_by(ChannelOrder.seen_at).limit(most))
    )


def short(session: Session, *, most: int = 100) -> list[int]:
    """Return orders that a marketplace sold and of which nothing is promised yet, in no order.

    Whatever they are held for, or whoever let them go on: so none keeps the others from their turn.
    """
    is_promised = exists().where(
        Reservation.order_id == Order.id, Reservation.state == ReservationState.CONVERTED
    )
    lacking = (Order.channel != "", Order.state == OrderState.PLACED, ~Order.is_digital, ~is_promised)
    somebodys = Order.forgotten_at.is_(None)
    return list(
        session.scalars(select(Order.id).where(*lacking, somebodys).order_by(func.random()).limit(most))
    )
