"""Telling marketplaces how much they may sell, one listing after another."""

from collections.abc import Collection

from oms.channels.connectors.wire import ChannelRefusedError, ForbiddenError, Shelf
from oms.channels.listing import actions, queries
from oms.channels.listing.queries import Offered
from oms.channels.runs import speaking
from oms.channels.states import Scope
from oms.kernel.db import reading, transaction
from oms.kernel.errors import HeldError, UnavailableError


def tell(variant_ids: Collection[int] | None = None) -> int:
    """Tell what changed of some variants, or of all; return how many listings were told.

    A connection that does not answer or does not let us in is left alone for this time.
    """
    with reading() as session:
        found = queries.to_tell(session, variant_ids)
    silent: set[int] = set()
    count = 0
    for one in found:
        if one.connection.id not in silent:
            is_told = _tell(one)
            count += is_told
            silent |= set() if is_told else {one.connection.id}
    return count


def _tell(one: Offered) -> bool:
    listing = one.listing
    is_told = False
    try:
        with speaking(one.connection, Scope.STOCK) as client:
            client.tell_stock(Shelf(listing.sku, listing.ref, one.units))
            is_told = True
    except (UnavailableError, ChannelRefusedError, HeldError) as error:
        with transaction() as session:
            actions.note_trouble(session, listing.id, error.message)
        return isinstance(error, ChannelRefusedError | ForbiddenError)
    if is_told:
        with transaction() as session:
            actions.note_told(session, listing.id, one.units)
    return is_told
