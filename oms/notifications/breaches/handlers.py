"""The notice of a breach: what the server took is evidence, what it refused goes on the page."""

from sqlalchemy.orm import Session

from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.config import Settings
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import KINDS, Job, Purpose
from oms.notifications import runs
from oms.notifications.actions import MAILS, Letter, Written
from oms.notifications.gateway import UndeliverableError
from oms.notifications.pages import Reader, write
from oms.orders import queries as orders
from oms.privacy.breaches import actions as breaches
from oms.privacy.breaches.models import Breach
from oms.privacy.breaches.states import Reach
from oms.web.markets import Place

_public_url: list[str] = [""]


def configure(settings: Settings) -> None:
    """Tell the mails the shop's own address."""
    _public_url[0] = settings.public_url.rstrip("/")


@jobs.on("breach.tell", role=Role.WORKER, patience=MAILS)
def tell(message: Message) -> None:
    """Tell one unit's person; SMS is not in use, so the page of their data stands in for a mail."""
    breach_id, unit = message.number("breach"), message.word("unit")
    with reading() as session:
        letter = _letter(session, session.get_one(Breach, breach_id), unit)
    reach, evidence = Reach.ON_PAGE, "no mailbox"
    if letter is not None:
        try:
            runs.post(letter)
            reach, evidence = Reach.MAILED, f"mail {letter.topic} {letter.thing}"
        except UndeliverableError:
            evidence = "the server refused the mailbox"
    with transaction() as session:
        breaches.note_reach(session, breach_id, unit, reach, evidence)


def _letter(session: Session, breach: Breach, unit: str) -> Letter | None:
    subject_id = vault.subject_of(session, unit)
    for kind in KINDS.values():
        if (
            kind.unit == unit.partition(":")[0]
            and "email" in kind.names()
            and Purpose.RIGHTS in kind.purposes
        ):
            kept = vault.open_record(
                session, kind.type, unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing(Job.NOTICES)
            )
            if kept is not None and subject_id is not None:
                reader = _reader(session, unit)
                thing, written = f"{breach.number}.{unit}", _written(breach, reader)
                return Letter(
                    "breach", thing, unit, subject_id, kept, Purpose.RIGHTS, written, reader.language
                )
    return None


def _reader(session: Session, unit: str) -> Reader:
    sort, _colon, number = unit.partition(":")
    order = orders.by_number(session, number) if sort == "order" else None
    market, language = (order.market_code, order.language) if order else ("eu", "en")
    return Reader(market, language, f"{_public_url[0]}{Place(market, language).prefix}")


def _written(breach: Breach, reader: Reader) -> Written:
    _ = reader.say
    titles = {
        "what_happened": _("What happened"),
        "possible_impact": _("What it can mean for you"),
        "what_we_do": _("What we did and will do"),
        "what_you_can_do": _("What you can do"),
        "remedies": _("Remedies, and whom to ask"),
    }
    parts = [(title, breach.parts[name]) for name, title in titles.items()]
    return write(
        "breach",
        _("Your data may have been seen by others"),
        reader,
        parts=parts,
        url=f"{reader.home}/your-data/",
    )
