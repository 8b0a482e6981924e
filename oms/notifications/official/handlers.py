"""Telling somebody that an authority was given something of their order, once the law lets us."""

from contextlib import suppress

from oms.kernel import jobs
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS
from oms.notifications.gateway import UndeliverableError
from oms.notifications.pages import write
from oms.privacy.official.models import OfficialRequest
from oms.privacy.official.states import Instrument


@jobs.on("official.tell", role=Role.WORKER, patience=MAILS)
def tell(message: Message) -> None:
    """Tell one unit's person; where no mail can come, the page of their data shows it."""
    unit = message.word("unit")
    with reading() as session:
        found = session.get_one(OfficialRequest, message.number("official"))
        to = letters.person(session, unit, purpose=Purpose.RIGHTS)
        reader = letters.reader_of_unit(session, unit)
    if to is None or found.given_at is None:
        return
    _ = reader.say
    sentences = [
        _("On %(day)s an authority was given something of what you gave us.", day=reader.day(found.given_at)),
        _("A life was in danger. Somebody else of us looks at it afterwards.")
        if found.kind is Instrument.EMERGENCY
        else _("A law obliged us. Two of our staff agreed, and only what was asked for went out."),
        _("The page of your data shows what it was, and on which ground."),
    ]
    subject = _("An authority asked about your order")
    written = write("word", subject, reader, sentences=sentences, url=f"{reader.home}/your-data/")
    with suppress(UndeliverableError):
        runs.post(to.letter("official", f"{found.number}.{unit}", written, reader.language))
