"""Announcing a material change of the notice: one mail for each mailbox, in portions, each at most once."""

from oms.kernel import jobs, outbox
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Written
from oms.notifications.pages import Reader, write
from oms.privacy.models import NoticeVersion
from oms.privacy.notice import queries

PORTION = 200


@jobs.on("notice.announced", role=Role.WORKER)
def share_out(message: Message) -> None:
    """Say for each mailbox that it is to be told; where there are more, go on with the next portion."""
    number, after = message.number("version"), message.word("after").removeprefix("-")
    with transaction() as session:
        units = queries.mailboxes_to_tell(session, after, PORTION)
        for unit in units:
            outbox.say(session, "notice.tell", version=number, unit=unit)
        if len(units) == PORTION:
            outbox.say(session, "notice.announced", version=number, after=units[-1])


@jobs.on("notice.tell", role=Role.WORKER, patience=MAILS)
def tell(message: Message) -> None:
    """Tell one mailbox from when on what changes."""
    unit = message.word("unit")
    with reading() as session:
        found = session.get_one(NoticeVersion, message.number("version"))
        reader = letters.reader_of_unit(session, unit)
        letters.wait_for_lock("notice", letters.contact_of(unit), unit)
        to = letters.person(session, unit, purpose=Purpose.ORDER_MESSAGES)
    if to is not None:
        written = _written(found, reader)
        runs.post(to.letter("notice", f"{found.version}.{unit}", written, reader.language))


def _written(found: NoticeVersion, reader: Reader) -> Written:
    _ = reader.say
    day = reader.day(found.since)
    return write(
        "notice",
        _("Our privacy notice changes on %(day)s", day=day),
        reader,
        day=day,
        url=f"{reader.home}/privacy/versions/{found.version}/changes",
    )
