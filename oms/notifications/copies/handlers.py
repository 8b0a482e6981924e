"""The mail that a copy is ready; it holds a link for one use and nothing about anybody."""

from oms.kernel import jobs
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS
from oms.notifications.pages import reader_in, write
from oms.privacy.copies.models import Copy
from oms.privacy.copies.personal import CopyMailbox
from oms.privacy.copies.states import CopyState


@jobs.on("privacy.copy_ready", role=Role.WORKER, patience=MAILS)
def send_link(message: Message) -> None:
    """Send the link; nothing where the copy was taken already, or its person erased."""
    with reading() as session:
        row = session.get(Copy, message.number("copy"))
        if row is None or row.state is not CopyState.READY:
            return
        to = letters.addressee(session, CopyMailbox, row.unit, purpose=Purpose.SECURITY, job=Job.COPIES)
    if to is None:
        return
    reader = reader_in(row.market, row.language)
    subject = reader.say("The copy of your data is ready")
    url = f"{reader.home}/your-data/copies/{to.record.word}"
    written = write("copy", subject, reader, url=url, until=reader.day(row.ends_at))
    runs.post(to.letter("copy", str(row.id), written, row.language))
