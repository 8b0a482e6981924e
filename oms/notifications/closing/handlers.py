"""The mail that the shop closes: to each person once, with the day and the way to a copy."""

from typing import Any

from sqlalchemy.orm import Session

from oms.buyers import queries as buyers
from oms.buyers.personal import AccountContact
from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading
from oms.kernel.outbox import Message
from oms.kernel.register import Job, Purpose
from oms.notifications import runs
from oms.notifications.actions import MAILS, Letter
from oms.notifications.pages import Reader, write
from oms.orders import queries as orders
from oms.orders.personal import OrderContact
from oms.privacy.closing.models import Closing
from oms.web.markets import Place

_public_url: list[str] = [""]


def configure(settings: Settings) -> None:
    """Tell the mail the shop's own address."""
    _public_url[0] = settings.public_url.rstrip("/")


@jobs.on("shop.closing_announced", role=Role.WORKER, patience=MAILS)
def tell_closing(message: Message) -> None:
    """Tell one person; nothing where it was called off, or nothing of them is left."""
    unit = message.word("unit")
    with reading() as session:
        row = session.get(Closing, message.number("closing"))
        place = _place(session, unit)
        kind: Any = OrderContact if unit.startswith("order:") else AccountContact
        kept = vault.open_record(session, kind, unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing(Job.NOTICES))
        subject_id = vault.subject_of(session, unit)
    if row is None or row.called_off_at is not None or kept is None or subject_id is None:
        return
    home = f"{_public_url[0]}{place.prefix}"
    reader = Reader(place.market, place.language, home)
    subject = reader.say("Our shop closes")
    written = write("closing", subject, reader, day=reader.day(row.shreds_on), url=f"{home}/your-data/")
    thing = f"{row.id}.{unit}"
    runs.post(Letter("closing", thing, unit, subject_id, kept, Purpose.RIGHTS, written, place.language))


def _place(session: Session, unit: str) -> Place:
    sort, _colon, name = unit.partition(":")
    order = orders.by_number(session, name) if sort == "order" else None
    if order is not None:
        return Place(order.market_code, order.language)
    buyer = buyers.buyer(session, int(name)) if sort == "account" else None
    return Place(buyer.market, buyer.language) if buyer else Place("eu", "en")
