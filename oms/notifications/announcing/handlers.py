"""Announcing a material change of the notice: one mail for each mailbox, in portions, each at most once."""

from oms.buyers.models import Buyer
from oms.buyers.personal import AccountContact
from oms.kernel import jobs, outbox, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import handlers, letters, runs
from oms.notifications.actions import MAILS, Letter, Written
from oms.notifications.pages import Reader, write
from oms.orders import queries as orders
from oms.orders.personal import OrderContact
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
    cls = AccountContact if unit.startswith("account:") else OrderContact
    purpose = Purpose.ORDER_MESSAGES
    with reading() as session:
        found = session.get_one(NoticeVersion, message.number("version"))
        contact = vault.open_record(session, cls, unit, purpose=purpose, by=SYSTEM.doing(Job.NOTICES))
        subject_id = vault.subject_of(session, unit)
        reader = None
        if unit.startswith("account:"):
            buyer = session.get(Buyer, int(unit.partition(":")[2]))
            reader = Reader(buyer.market, buyer.language, handlers.home()) if buyer else None
        elif (order := orders.by_number(session, unit.partition(":")[2])) is not None:
            reader = letters.reader_of(order, handlers.home())
    if contact is None or subject_id is None or reader is None:
        return
    thing = f"{found.version}.{unit}"
    written = _written(found, reader)
    runs.post(Letter("notice", thing, unit, subject_id, contact, purpose, written, reader.language))


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
