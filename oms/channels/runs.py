"""Speaking to a marketplace: whoever is turned away there notes that the connection has ended."""

from collections.abc import Iterator
from contextlib import contextmanager

from oms.channels import actions, gateway
from oms.channels.connectors.wire import Connector, NotAllowedError
from oms.channels.models import Connection
from oms.channels.states import Scope
from oms.kernel.db import transaction


@contextmanager
def speaking(connection: Connection, scope: Scope) -> Iterator[Connector]:
    """Give the account of a connection; one that the marketplace turns away is revoked, and this ends there.

    Raises what `gateway.open_for` and the marketplace raise besides.
    """
    try:
        yield gateway.open_for(connection, scope)
    except NotAllowedError as error:
        with transaction() as session:
            actions.note_revoked(session, connection.id, error.message)
