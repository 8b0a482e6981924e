"""What happens by itself about requests in words: a copy is made once it is proven, and answers itself."""

from datetime import timedelta

from oms.kernel import jobs
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.privacy.asking import runs
from oms.privacy.copies.models import Copy


@jobs.on("privacy.copy_wanted", role=Role.WORKER)
def make_copy(message: Message) -> None:
    """Have the file of a proven request made."""
    runs.make_copy(message.number("request"))


@jobs.on("privacy.copy_ready", role=Role.WORKER)
def answer_with_file(message: Message) -> None:
    """Answer the request that a file was made for."""
    with reading() as session:
        found = session.get(Copy, message.number("copy"))
        request_id = found.request_id if found else None
    if request_id is not None:
        runs.make_copy(request_id)


@jobs.every(timedelta(minutes=10), role=Role.WORKER)
def make_copies() -> None:
    """Go on with copies whose message was lost, or that nobody built in three days."""
    runs.make_copies()


@jobs.every(timedelta(hours=1), role=Role.WORKER)
def forget_who_asked() -> None:
    """Let go of the mailboxes of requests that ended days ago."""
    runs.sweep_mailboxes()
