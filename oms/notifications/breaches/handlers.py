"""The notice of a breach: what the server took is evidence, what it refused goes on the page."""

from typing import Any

from sqlalchemy.orm import Session

from oms.buyers import queries as buyers
from oms.kernel import jobs
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import KINDS, OWNED, Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Letter, Written
from oms.notifications.gateway import UndeliverableError
from oms.notifications.letters import Addressee
from oms.notifications.pages import Reader, write
from oms.privacy.breaches import actions as breaches
from oms.privacy.breaches import queries as breaches_of
from oms.privacy.breaches.models import Breach
from oms.privacy.breaches.states import Reach


@jobs.on("breach.tell", role=Role.WORKER, patience=MAILS)
def tell(message: Message) -> None:
    """Tell one unit's person; SMS is not in use, so the page of their data stands in for a mail."""
    breach_id, unit = message.number("breach"), message.word("unit")
    with reading() as session:
        letter = _letter(session, session.get_one(Breach, breach_id), unit)
    reach, evidence = Reach.ON_PAGE, "no mailbox"
    if letter is not None:
        try:
            # Several orders of one mailbox share one mail, by its name: whoever comes first sends it.
            is_first = runs.post(letter)
            evidence = f"mail {letter.topic} {letter.thing}" if is_first else "the one mail to this mailbox"
            reach = Reach.MAILED
        except UndeliverableError:
            evidence = "the server refused the mailbox"
    with transaction() as session:
        breaches.note_reach(session, breach_id, unit, reach, evidence)


def _letter(session: Session, breach: Breach, unit: str) -> Letter | None:
    for kind in KINDS.values():
        if (
            kind.unit == unit.partition(":")[0]
            and "email" in kind.names()
            and Purpose.RIGHTS in kind.purposes
        ):
            to = letters.addressee(session, kind.type, unit, purpose=Purpose.RIGHTS, job=Job.NOTICES)
            if to is not None:
                reader = letters.reader_of_unit(session, unit)
                first = breaches_of.first_of(session, breach.id, [unit, *_same_mailbox(session, to)])
                return to.letter(
                    "breach", f"{breach.number}.{first}", _written(breach, reader), reader.language
                )
    return None


def _same_mailbox(session: Session, to: Addressee[Any]) -> list[str]:
    """Return the orders and the account that have the same mailbox."""
    return buyers.units_of_mailbox(session, str(to.record.email), *OWNED)


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
