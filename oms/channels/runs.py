"""Speaking to a marketplace: whoever is turned away there notes that the connection has ended."""

from collections.abc import Iterator
from contextlib import contextmanager

from oms.channels import actions, gateway
from oms.channels.connectors.wire import Connector, NotAllowedError
from oms.channels.models import Connection
from oms.channels.states import Scope
from oms.kernel.db import transaction
from oms.kernel.errors import HeldError


@contextmanager
def speaking(connection: Connection, scope: Scope) -> Iterator[Connector]:
    """Give the account of a connection; one that the marketplace turns away is revoked, and it is told so.

    Raises HeldError then, so that what was to be done waits until somebody allows it anew; and what
    `gateway.open_for` and the marketplace raise besides.
    """
    try:
        yield gateway.open_for(connection, scope)
    except NotAllowedError as error:
        with transaction() as session:
            actions.note_revoked(session, connection.id, error.message)
        raise HeldError(error.message) from error
