"""What follows a lock by itself: keys are let out after the commit, and an order that is paid later waits."""

from oms.kernel import jobs, outbox
from oms.kernel.db import Role, transaction
from oms.kernel.errors import PassingError
from oms.kernel.outbox import Message
from oms.orders import queries as orders
from oms.privacy.locking import actions


@jobs.on("privacy.let_go", role=Role.WORKER)
def unlock(message: Message) -> None:
    """Have the keyring let out what a request has let go of, and what waited for it be tried again."""
    actions.unlock(message.number("request"))
    with transaction() as session:
        outbox.wake(session, PassingError.__name__)


@jobs.on("order.placed", role=Role.WORKER)
def hold_placed(message: Message) -> None:
    """Make an order wait whose data was locked before it was paid for."""
    with transaction() as session:
        actions.hold_placed(session, orders.get(session, message.number("order")).unit)
