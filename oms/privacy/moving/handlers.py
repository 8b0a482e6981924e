"""What follows when a guest asks to move an order: comparing after the answer, and ends of waits."""

from datetime import timedelta

from oms.kernel import jobs
from oms.kernel.db import Role, transaction
from oms.kernel.outbox import Message
from oms.privacy.moving import actions, runs


@jobs.on("move.proven", role=Role.WORKER)
def compare(message: Message) -> None:
    """Compare what was typed with the order."""
    with transaction() as session:
        actions.compare(session, message.number("move"))


@jobs.every(timedelta(minutes=10), role=Role.WORKER)
def end_waits() -> None:
    """Hand to the desk what nobody stopped, and let go of what is finished."""
    runs.keep_time()
