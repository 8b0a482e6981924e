"""The notice of a breach: by mail, else by a text, else on the page; what each server took is evidence."""

from typing import Any

from sqlalchemy.orm import Session

from oms.buyers import queries as buyers
from oms.kernel import jobs, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.db import Role, reading, transaction
from oms.kernel.outbox import Message
from oms.kernel.register import KINDS, Job, Purpose
from oms.notifications import letters, runs
from oms.notifications.actions import MAILS, Letter, Written
from oms.notifications.gateway import UndeliverableError
from oms.notifications.letters import Addressee
from oms.notifications.pages import SHOP_NAME, Reader, write
from oms.notifications.texting import gateway
from oms.notifications.texting import queries as texts_of
from oms.notifications.texting import runs as texts
from oms.notifications.texting.actions import Text
from oms.notifications.texting.states import TextState
from oms.orders.personal import OrderDelivery
from oms.privacy.breaches import actions as breaches
from oms.privacy.breaches import queries as breaches_of
from oms.privacy.breaches.models import Breach
from oms.privacy.breaches.states import PARTS, Reach


@jobs.on("breach.tell", role=Role.WORKER, patience=MAILS)
def tell(message: Message) -> None:
    """Tell one unit's person: by mail, where none arrives by a text, and else by the page of their data."""
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
    if reach is Reach.MAILED or not _texted(breach_id, unit, evidence):
        with transaction() as session:
            breaches.note_reach(session, breach_id, unit, reach, evidence)


def _texted(breach_id: int, unit: str, why: str) -> bool:
    """Tell by a text whom no mail reached, and note it; False where there is no number that takes one."""
    with reading() as session:
        text = _text(session, session.get_one(Breach, breach_id), unit) if gateway.is_on() else None
    if text is None or texts.post(text) in {TextState.STOPPED, TextState.FAILED}:
        return False
    with transaction() as session:
        sent = texts_of.of_thing(session, text.topic, text.thing)
        breaches.note_reach(session, breach_id, unit, Reach.TEXTED, f"{why}; {sent.name}")
        if sent.ended_at is not None:
            # The report was faster than this note.
            breaches.note_text(session, sent.name, arrived=sent.state is TextState.ARRIVED)
    return True


def _text(session: Session, breach: Breach, unit: str) -> Text | None:
    """Return the one text of a breach to the number of an order; None where the order has none."""
    by = SYSTEM.doing(Job.TEXTS)
    to = vault.open_record(session, OrderDelivery, unit, purpose=Purpose.RIGHTS, by=by)
    subject_id = vault.subject_of(session, unit)
    if to is None or not to.phone or subject_id is None:
        return None
    reader = letters.reader_of_unit(session, unit)
    words = reader.say(
        "%(shop)s: others may have seen your data. What happened and what you can do: %(url)s",
        shop=SHOP_NAME,
        url=f"{reader.home}/your-data/",
    )
    first = breaches_of.first_of(session, breach.id, [unit, *texts_of.units_of_phone(session, to.phone)])
    return Text("breach", f"{breach.number}.{first}", unit, subject_id, to, Purpose.RIGHTS, words)


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
    """Return every unit that has the same mailbox: orders, account, requests."""
    return buyers.units_of_mailbox(session, str(to.record.email), *breaches_of.REACHED)


def _written(breach: Breach, reader: Reader) -> Written:
    _ = reader.say
    parts = [(_(heading), breach.parts[part]) for part, heading in PARTS.items()]
    return write(
        "breach",
        _("Your data may have been seen by others"),
        reader,
        parts=parts,
        url=f"{reader.home}/your-data/",
    )
