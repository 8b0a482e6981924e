"""What follows for staff by itself: the end of retention of who left."""

from oms.kernel import clock, jobs, vault
from oms.kernel.db import Role
from oms.kernel.outbox import Message
from oms.kernel.register import Event


@jobs.on("staff.left", role=Role.WORKER)
def end_retention_of_leaver(message: Message) -> None:
    """Let go of a leaver's authenticator now, of the work mailbox in a year."""
    vault.start_clock(f"staff:{message.number('staff')}", Event.ACCOUNT_CLOSED, clock.now())
