"""Asking marketplaces what was sold; each order in a transaction of its own, so that one keeps no other."""

import logging
from datetime import timedelta

from oms.channels.connectors.wire import ChannelRefusedError, Sold
from oms.channels.models import Connection
from oms.channels.runs import speaking
from oms.channels.selling import actions, queries
from oms.channels.states import Scope
from oms.kernel import clock
from oms.kernel.db import reading, transaction
from oms.kernel.errors import HeldError, UnavailableError

# Clocks differ, and a marketplace may date a change before it shows it.
_OVERLAP = timedelta(minutes=5)
log = logging.getLogger(__name__)


def ask_all() -> int:
    """Ask every marketplace that may be asked what changed; return how many orders it told."""
    with reading() as session:
        allowed = [one for one in queries.connections(session) if one.allows(Scope.ORDERS)]
    return sum(ask(connection) for connection in allowed)


def ask(connection: Connection) -> int:
    """Ask one marketplace what changed since the last time, and about what waits; return how many it told.

    What is in the way is noted at the connection; one that does not let us in is revoked.
    """
    count, upto, trouble = 0, connection.asked_to, ""
    with reading() as session:
        waiting = queries.waiting(session, connection.id)
    try:
        with speaking(connection, Scope.ORDERS) as client:
            for sold in client.changed(connection.asked_to - _OVERLAP):
                upto = max(upto, sold.changed_at)
                count += bool(take(connection, sold))
            for ref in waiting:
                again = client.one(ref)
                count += bool(again and take(connection, again))
    except (UnavailableError, ChannelRefusedError, HeldError) as error:
        upto, trouble = connection.asked_to, error.message
    with transaction() as session:
        actions.note_asked(session, connection.id, min(upto, clock.now()), trouble)
    return count


def take(connection: Connection, sold: Sold) -> str:
    """Apply what a marketplace says of one order; return what came of it, nothing where it broke.

    An order that breaks is told in the log and at the desk by its kind of fault, and asked for again.
    """
    try:
        with transaction() as session:
            return actions.note(session, connection, sold)
    except UnavailableError:
        raise
    except Exception as error:
        kind = error.__class__.__name__
        log.exception("an order of connection %s broke while it was taken", connection.id)
        with transaction() as session:
            actions.note_broken(session, connection, sold, kind)
        return ""


def fill_short() -> int:
    """Let orders go on that were short of goods which came since; return how many."""
    with reading() as session:
        waiting = queries.short(session)
    count = 0
    for order_id, hold_id in waiting:
        with transaction() as session:
            count += actions.fill(session, order_id, hold_id)
    return count
