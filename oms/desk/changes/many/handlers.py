"""Work on many orders, done by the worker."""

from oms.desk.changes.many import runs
from oms.kernel import jobs
from oms.kernel.db import Role
from oms.kernel.outbox import Message


@jobs.on("many.asked", role=Role.WORKER)
def do_many(message: Message) -> None:
    """Give each order its turn; one that had its turn is not touched again."""
    runs.carry_out(message.number("work"))
