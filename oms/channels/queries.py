"""Reads of marketplaces for the desk: accounts and how they stand, orders, listings; and locks of rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.catalog.models import FALLBACK, ProductText, Variant
from oms.channels.models import ChannelOrder, Connection, Listing
from oms.channels.states import Channel, SoldState
from oms.inventory.queries import available
from oms.kernel import clock
from oms.kernel.errors import NotFoundError
from oms.orders.models import Order

SIZE = 50
MOST_WAITING = 200
_LONGEST_KEY = 18


class Standing(StrEnum):
    """How an account stands: allowed, not yet, no more; or allowed once and no longer among the settings."""

    ALLOWED = "allowed"
    NOT_YET = "not_yet"
    ENDED = "ended"
    REVOKED = "revoked"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a marketplace, what it may be used for, and how many orders came from there."""

    code: str
    channel: Channel
    standing: Standing
    connection: Connection | None
    orders: int = 0
    waiting: int = 0


def accounts(session: Session, known: Mapping[str, Mapping[str, str]]) -> list[Account]:
    """Return the accounts of the settings, and those that were allowed once, by code."""
    connections = {one.code: one for one in session.scalars(select(Connection))}
    counts = _counts(session)
    found = []
    for code in sorted({*known, *connections}):
        connection, account = connections.get(code), known.get(code)
        imported, waiting = counts.get(connection.id, (0, 0)) if connection else (0, 0)
        channel = connection.channel if connection else Channel(known[code]["channel"])
        standing = _standing(connection, account)
        found.append(Account(code, channel, standing, connection, imported, waiting))
    return found


def account(session: Session, known: Mapping[str, Mapping[str, str]], code: str) -> Account:
    """Return one account. Raises NotFoundError."""
    found = next((one for one in accounts(session, known) if one.code == code), None)
    if found is None:
        raise NotFoundError("There is no account of this code.")
    return found


def _standing(connection: Connection | None, account: Mapping[str, str] | None) -> Standing:
    if account is None:
        return Standing.MISSING
    if connection is None:
        return Standing.NOT_YET
    if connection.revoked_at is not None:
        return Standing.REVOKED
    return Standing.ENDED if connection.until < clock.today() else Standing.ALLOWED


def _counts(session: Session) -> dict[int, tuple[int, int]]:
    rows = session.execute(
        select(
            ChannelOrder.connection_id,
            func.count(ChannelOrder.order_id),
            func.count().filter(ChannelOrder.trouble != ""),
        ).group_by(ChannelOrder.connection_id)
    )
    return {connection_id: (int(imported), int(waiting)) for connection_id, imported, waiting in rows}


@dataclass(frozen=True, slots=True)
class SoldOrder:
    """An order of a marketplace: its reference and state there, ours, and what is in its way."""

    id: int
    ref: str
    state: SoldState
    changed_at: datetime
    trouble: str
    number: str | None
    country: str | None

    @property
    def key(self) -> str:
        """Return its place in the list, for the address of the next piece."""
        return str(self.id)


_SOLD = (
    select(
        *(ChannelOrder.id, ChannelOrder.ref, ChannelOrder.state, ChannelOrder.changed_at),
        *(ChannelOrder.trouble, Order.number, Order.country),
    )
    .select_from(ChannelOrder)
    .outerjoin(Order, Order.id == ChannelOrder.order_id)
)


def waiting(session: Session, connection_id: int) -> list[SoldOrder]:
    """Return orders with something in their way, those first that wait longest; so many at most."""
    rows = session.execute(
        _SOLD.where(ChannelOrder.connection_id == connection_id, ChannelOrder.trouble != "")
        .order_by(ChannelOrder.seen_at, ChannelOrder.id)
        .limit(MOST_WAITING)
    )
    return [SoldOrder(*row) for row in rows]


def sold(session: Session, connection_id: int, key: str, *, is_backwards: bool) -> list[SoldOrder]:
    """Return at most one row more than a piece of a connection's orders, the newest first, from a key on."""
    statement = _SOLD.where(ChannelOrder.connection_id == connection_id)
    at = int(key) if key.isascii() and key.isdecimal() and len(key) <= _LONGEST_KEY else None
    if at is not None:
        statement = statement.where(ChannelOrder.id > at if is_backwards else ChannelOrder.id < at)
    order = ChannelOrder.id.asc() if is_backwards else ChannelOrder.id.desc()
    return [SoldOrder(*row) for row in session.execute(statement.order_by(order).limit(SIZE + 1))]


@dataclass(frozen=True, slots=True)
class Listed:
    """A listing with our SKU and its title, how many units can be sold, and how many were told."""

    listing: Listing
    sku: str
    title: str
    available: int


def count_listings(session: Session, connection_id: int) -> int:
    """Return how many listings a connection has, withdrawn ones with them."""
    counted = select(func.count()).select_from(Listing).where(Listing.connection_id == connection_id)
    return session.scalar(counted) or 0


def listings(session: Session, connection_id: int, number: int) -> list[Listed]:
    """Return one page of a connection's listings: those in trouble first, then by our SKU, withdrawn last."""
    title = func.coalesce(ProductText.title, Variant.sku)
    rows = session.execute(
        select(Listing, Variant.sku, title)
        .join(Variant, Variant.id == Listing.variant_id)
        .outerjoin(
            ProductText, (ProductText.product_id == Variant.product_id) & (ProductText.language == FALLBACK)
        )
        .where(Listing.connection_id == connection_id)
        .order_by(Listing.trouble == "", Listing.is_offered.desc(), Variant.sku, Listing.id)
        .limit(SIZE)
        .offset((number - 1) * SIZE)
    ).all()
    units = available(session, {listing.variant_id for listing, _sku, _title in rows})
    return [Listed(listing, sku, name, units[listing.variant_id]) for listing, sku, name in rows]


@dataclass(frozen=True, slots=True)
class Sale:
    """Where an order of ours was sold: the marketplace, and our account there."""

    channel: Channel
    code: str


def sale_of(session: Session, order: Order) -> Sale | None:
    """Return where an order was sold; None for what we sold ourselves."""
    if not order.channel:
        return None
    row = session.execute(
        select(Connection.channel, Connection.code).where(Connection.code == order.channel)
    ).one_or_none()
    return Sale(*row) if row else None


def codes(session: Session) -> list[str]:
    """Return the codes of every connection, in order."""
    return list(session.scalars(select(Connection.code).order_by(Connection.code)))


@dataclass(frozen=True, slots=True)
class Known:
    """A connection under its lock, with the variants and the listings that some offerings are about."""

    connection: Connection
    variants: Mapping[str, Variant]
    listings: Mapping[str, Listing]


def known(session: Session, connection_id: int, skus: Collection[str], theirs: Collection[str]) -> Known:
    """Return what is known of SKUs of ours and of theirs, locked. Raises NotFoundError."""
    connection = locked(session, connection_id)
    variants = session.scalars(select(Variant).where(Variant.sku.in_(skus)))
    found = session.scalars(
        select(Listing)
        .where(Listing.connection_id == connection_id, Listing.sku.in_(theirs))
        .order_by(Listing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return Known(connection, {one.sku: one for one in variants}, {one.sku: one for one in found})


def locked(session: Session, connection_id: int) -> Connection:
    """Return a connection under its row lock. Raises NotFoundError."""
    found = session.get(Connection, connection_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFoundError("There is no such connection.")
    return found


def locked_by_code(session: Session, code: str) -> Connection | None:
    """Return the connection of an account under its row lock."""
    return session.scalar(
        select(Connection)
        .where(Connection.code == code)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def locked_listing(session: Session, listing_id: int) -> Listing:
    """Return a listing under its row lock. Raises NotFoundError."""
    found = session.get(Listing, listing_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFoundError("There is no such listing.")
    return found
