"""Telling marketplaces how much they may sell, one listing after another."""

from collections.abc import Collection

from oms.channels.connectors.wire import ChannelRefusedError, Shelf, UnknownThereError
from oms.channels.listing import actions, queries
from oms.channels.listing.queries import Offered
from oms.channels.runs import speaking
from oms.channels.states import Scope
from oms.kernel.db import reading, transaction
from oms.kernel.errors import HeldError, UnavailableError


def tell(variant_ids: Collection[int] | None = None) -> int:
    """Tell what changed of some variants, or of all; return how many listings were told.

    A connection that does not answer, or has no right to this, is left alone for this time.
    """
    with reading() as session:
        found = queries.to_tell(session, variant_ids)
    silent: set[int] = set()
    count = 0
    for one in found:
        if one.connection.id in silent:
            continue
        try:
            count += _tell(one)
        except (UnavailableError, HeldError) as error:
            with transaction() as session:
                actions.note_trouble(session, one.listing.id, error.message)
            silent.add(one.connection.id)
    return count


def _tell(one: Offered) -> bool:
    """Tell one listing; False where the marketplace refuses it. After a lost answer it is told again."""
    listing = one.listing
    try:
        with speaking(one.connection, Scope.STOCK) as client:
            with transaction() as session:
                actions.note_telling(session, listing.id)
            client.tell_stock(Shelf(listing.sku, listing.ref, one.units))
    except ChannelRefusedError as error:
        # What is withdrawn here and unknown there is sold by nobody.
        if listing.is_offered or not isinstance(error, UnknownThereError):
            with transaction() as session:
                actions.note_trouble(session, listing.id, error.message)
            return False
    with transaction() as session:
        actions.note_told(session, listing.id, one.units)
    return True
