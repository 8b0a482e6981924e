"""Reads of listings: what can be promised, beside what was told."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.channels.models import Connection, Listing
from oms.channels.states import Scope
from oms.inventory.queries import available
from oms.kernel import clock
from oms.orders.models import OrderLine


@dataclass(frozen=True, slots=True)
class Offered:
    """A listing with its connection, and the units that can be sold of it now."""

    listing: Listing
    connection: Connection
    units: int


def to_tell(session: Session, variant_ids: Collection[int] | None, *, most: int = 200) -> list[Offered]:
    """Return the listings whose units are others than what was told, of some variants or of all.

    Only where stock may be told, and at most so many of each connection, so that none keeps another from its
    turn. Those that were never told come first, then those told longest ago.
    """
    chosen = (
        select(Listing, Connection)
        .join(Connection, Connection.id == Listing.connection_id)
        .where(
            Connection.revoked_at.is_(None),
            Connection.until >= clock.today(),
            Connection.scopes.contains([Scope.STOCK]),
        )
    )
    if variant_ids is not None:
        chosen = chosen.where(Listing.variant_id.in_(variant_ids))
    rows = session.execute(chosen.order_by(Listing.told_at.nulls_first(), Listing.id)).all()
    units = available(session, {listing.variant_id for listing, _ in rows})
    found = [Offered(one, where, _units(one, units[one.variant_id])) for one, where in rows]
    turns = Counter[int]()
    chosen_here = []
    for one in found:
        if one.listing.told != one.units and turns[one.connection.id] < most:
            turns[one.connection.id] += 1
            chosen_here.append(one)
    return chosen_here


def _units(listing: Listing, free: int) -> int:
    return max(free, 0) if listing.is_offered else 0


def variants_of(session: Session, order_id: int) -> list[int]:
    """Return which variants an order is of."""
    return list(
        session.scalars(select(OrderLine.variant_id).where(OrderLine.order_id == order_id).distinct())
    )
