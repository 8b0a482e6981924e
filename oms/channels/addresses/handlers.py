"""Fetching an address: the one job of channels that sees a person while it takes something in."""

from oms.channels.addresses import actions
from oms.channels.runs import speaking
from oms.channels.states import Scope
from oms.kernel import jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message


@jobs.on("channel.order_taken", role=Role.WORKER)
def fetch(message: Message) -> None:
    """Fetch where an order goes that is to be sent; without anybody's leave it is not asked for."""
    order_id = message.number("order")
    with reading() as session:
        needed = actions.needed(session, order_id)
    if needed is None:
        return
    with speaking(needed.connection, Scope.ADDRESSES) as client:
        told = client.address(needed.ref)
        keys = actions.prepare(needed.unit)
        with transaction() as session:
            actions.keep(session, order_id, told, keys)
