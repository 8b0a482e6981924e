"""The mail that the shop closes: to each person once, with the day and the way to a copy."""

from oms.kernel import jobs
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS
from oms.notifications.pages import write
from oms.privacy.closing.models import Closing


@jobs.on("shop.closing_announced", role=Role.WORKER, patience=MAILS)
def tell_closing(message: Message) -> None:
    """Tell one person; nothing where it was called off, or nothing of them is left."""
    unit = message.word("unit")
    with reading() as session:
        row = session.get(Closing, message.number("closing"))
        reader = letters.reader_of_unit(session, unit)
        to = letters.person(session, unit, purpose=Purpose.RIGHTS)
    if row is None or row.called_off_at is not None or to is None:
        return
    url, day = f"{reader.home}/your-data/", reader.day(row.shreds_on)
    written = write("closing", reader.say("Our shop closes"), reader, day=day, url=url)
    runs.post(to.letter("closing", f"{row.id}.{unit}", written, reader.language))
