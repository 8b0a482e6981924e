"""What fulfillment listens to: orders that were placed."""

from oms.fulfillment import actions
from oms.kernel import jobs
from oms.kernel.db import Role, transaction
from oms.kernel.outbox import Message


@jobs.on("order.placed", role=Role.BLIND)
def prepare_sending(message: Message) -> None:
    """Make the fulfillment orders; it needs to know nobody for that."""
    with transaction() as session:
        actions.make_parts(session, message.number("order"))
