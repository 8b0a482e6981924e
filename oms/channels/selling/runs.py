"""Asking marketplaces what was sold; each order in a transaction of its own, so that one keeps no other."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from oms.channels.connectors.wire import (
    ChannelRefusedError,
    Connector,
    ForbiddenError,
    NotAllowedError,
    Sold,
    Unread,
)
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
    """Ask every marketplace that may be asked what changed; return how many orders it told.

    A fault with one of them keeps no other from its turn.
    """
    with reading() as session:
        allowed = [one for one in queries.connections(session) if one.allows(Scope.ORDERS)]
    count = 0
    for connection in allowed:
        try:
            count += ask(connection) + ask_again(connection)
        except Exception as error:
            log.exception("connection %s broke while it was asked", connection.id)
            _note(connection, connection.asked_to, f"A fault of ours ({error.__class__.__name__}).")
    return count


def ask(connection: Connection) -> int:
    """Ask one marketplace what changed since the last time; return how many orders it told.

    What is in the way is noted at the connection; one that does not let us in is revoked. Of an order that
    cannot be read it is kept that there is one, so that it is asked about again.
    """
    count, upto, trouble = 0, connection.asked_to, ""
    try:
        with speaking(connection, Scope.ORDERS) as client:
            for told in _changed(client, connection):
                if isinstance(told, Unread):
                    _note_unread(connection, told)
                else:
                    count += bool(take(connection, told))
                upto = max(upto, told.changed_at)
    except (UnavailableError, ChannelRefusedError) as error:
        upto, trouble = connection.asked_to, error.message
    _note(connection, min(upto, clock.now()), trouble)
    return count


def _changed(client: Connector, connection: Connection) -> Iterator[Sold | Unread]:
    """Give what changed; who may not even list orders is let in no more."""
    try:
        yield from client.changed(connection.asked_to - _OVERLAP)
    except ForbiddenError as error:
        raise NotAllowedError from error


def ask_again(connection: Connection) -> int:
    """Ask about each order that could not be taken yet; return how many came of it."""
    with reading() as session:
        refs = queries.waiting(session, connection.id)
        fresh = queries.connection_of(session, connection.code)
    count = 0
    for ref in refs if fresh.allows(Scope.ORDERS) else ():
        with transaction() as session:
            actions.note_seen(session, connection.id, ref)
        try:
            with speaking(connection, Scope.ORDERS) as client:
                sold = client.one(ref)
        except (ChannelRefusedError, ForbiddenError):
            continue
        except HeldError:
            break
        except UnavailableError:
            continue
        count += take(connection, sold).startswith("taken") if sold else 0
    return count


def _note(connection: Connection, upto: datetime, trouble: str) -> None:
    with transaction() as session:
        actions.note_asked(session, connection.id, upto, trouble)


def _note_unread(connection: Connection, told: Unread) -> None:
    with transaction() as session:
        actions.note_unread(session, connection, told)


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


def settle() -> int:
    """Let the troubles end of orders that are over; return how many."""
    with transaction() as session:
        return actions.settle(session)


def fill_short() -> int:
    """Let orders go on that were short of goods which came since; return how many."""
    with reading() as session:
        waiting = queries.short(session)
    count = 0
    for order_id in waiting:
        with transaction() as session:
            count += actions.fill(session, order_id)
    return count
