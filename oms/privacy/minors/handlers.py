"""What happens by itself about suspected children: new orders are restricted too, and days are kept."""

from datetime import timedelta

from oms.kernel import jobs
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, transaction
from oms.kernel.outbox import Message
from oms.orders import queries as orders
from oms.privacy.minors import actions, queries, runs


@jobs.on("order.placed", role=Role.WORKER)
def restrict_new(message: Message) -> None:
    """Restrict a new order of somebody who is suspected to be a child."""
    with transaction() as session:
        if not queries.has_any(session):
            return
        unit = orders.get(session, message.number("order")).unit
        found = queries.joined(session, unit)
        if found is not None:
            case, is_own = found
            actions.extend(session, case, {unit: is_own}, by=SYSTEM)


@jobs.every(timedelta(minutes=1), role=Role.WORKER)
def keep_time() -> None:
    """Erase what nobody answered for in time, and lift what its person was told of."""
    runs.keep_time()
