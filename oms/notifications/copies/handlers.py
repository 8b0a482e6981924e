"""The mail that a copy is ready; it holds a link for one use and nothing about anybody."""

from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import runs
from oms.notifications.actions import MAILS, Letter
from oms.notifications.pages import Reader, write
from oms.privacy.copies.models import Copy
from oms.privacy.copies.personal import CopyMailbox
from oms.privacy.copies.states import CopyState
from oms.web.markets import Place

_public_url: list[str] = [""]


def configure(settings: Settings) -> None:
    """Tell the mail the shop's own address."""
    _public_url[0] = settings.public_url.rstrip("/")


@jobs.on("privacy.copy_ready", role=Role.WORKER, patience=MAILS)
def send_link(message: Message) -> None:
    """Send the link; nothing where the copy was taken already, or its person erased."""
    with reading() as session:
        row = session.get(Copy, message.number("copy"))
        if row is None or row.state is not CopyState.READY:
            return
        kept = vault.open_record(
            session, CopyMailbox, row.unit, purpose=Purpose.SECURITY, by=SYSTEM.doing(Job.COPIES)
        )
        subject_id = vault.subject_of(session, row.unit)
    if kept is None or subject_id is None:
        return
    home = f"{_public_url[0]}{Place(row.market, row.language).prefix}"
    reader = Reader(row.market, row.language, home)
    subject = reader.say("The copy of your data is ready")
    url = f"{home}/your-data/copies/{kept.word}"
    written = write("copy", subject, reader, url=url, until=reader.day(row.ends_at))
    purpose = Purpose.SECURITY
    runs.post(Letter("copy", str(row.id), row.unit, subject_id, kept, purpose, written, row.language))
