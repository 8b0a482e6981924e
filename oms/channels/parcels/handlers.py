"""Telling a marketplace of a parcel when it leaves the house."""

from datetime import timedelta

from oms.channels.parcels import actions
from oms.channels.runs import speaking
from oms.channels.states import Scope
from oms.kernel import jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message, Patience


@jobs.on("shipment.handed_over", role=Role.WORKER, patience=Patience(horizon=timedelta(days=7)))
def tell(message: Message) -> None:
    """Tell whoever sold it that it is on its way; a marketplace that is away is told later."""
    with reading() as session:
        connection = actions.connection_of(session, message.number("order"))
    if connection is None or Scope.SHIPMENTS not in connection.scopes:
        return
    with speaking(connection, Scope.SHIPMENTS) as client:
        with transaction() as session:
            sent = actions.tell(session, message.number("shipment"))
        if sent is not None:
            client.tell_sent(sent)
