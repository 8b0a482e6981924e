"""An export is built beside the desk as soon as somebody else agreed to it."""

from oms.kernel import jobs
from oms.kernel.db import Role
from oms.kernel.outbox import Message
from oms.privacy.exports import actions


@jobs.on("privacy.export_agreed", role=Role.WORKER)
def build_export(message: Message) -> None:
    """Write the list and seal it; a crash at any line writes it anew."""
    actions.build(message.number("export"))
