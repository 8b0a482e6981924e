"""Sending one mail about one thing: begun and disclosed before the server is called, then sent."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.buyers.models import CODE_LIFE
from oms.kernel import clock, egress
from oms.kernel.db import transaction
from oms.kernel.egress import Occasion, Payload
from oms.kernel.outbox import Patience
from oms.kernel.register import Purpose
from oms.notifications import gateway
from oms.notifications.gateway import Mail
from oms.notifications.models import MailSend
from oms.notifications.pages import Written
from oms.notifications.personal import MAIL
from oms.notifications.states import MailState

# A mail server may be away for a weekend; a code that comes after its end is no use to anybody.
MAILS = Patience(timedelta(days=3))
CODES = Patience(CODE_LIFE, timedelta(seconds=30))


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to send: about which thing, to whom (a sealed record that holds the mailbox), in which words."""

    topic: str
    thing: str
    unit: str
    subject_id: UUID
    record: object
    purpose: Purpose
    written: Written
    language: str


def post(letter: Letter) -> bool:
    """Send a mail unless it was sent already; return whether it was sent now.

    Raises UnavailableError when the server does not take it; the outbox tries again. A crash between the
    server's yes and our row sends it a second time: that window SMTP leaves open to everybody. Raises
    UndeliverableError when the server never will.

    One mail is one disclosure, however often it is tried. It is written with the first attempt and stays
    when all fail: a server that refuses has read the address, so not to say it would be a lie.
    """
    with transaction() as session:
        row = _begun(session, letter.topic, letter.thing)
        if row is None:
            return False
        row_id, payload = row.id, _told(session, letter, row)
    gateway.send(
        Mail(
            to=payload.text("email"),
            subject=letter.written.subject,
            text=letter.written.text,
            html=letter.written.html,
            language=letter.language,
            message_id=f"{letter.topic}.{row_id}",
        )
    )
    with transaction() as session:
        sent = session.get_one(MailSend, row_id, with_for_update=True)
        sent.state, sent.sent_at = MailState.SENT, clock.now()
    return True


def _told(session: Session, letter: Letter, row: MailSend) -> Payload:
    occasion = Occasion(letter.unit, letter.subject_id, letter.purpose, letter.topic)
    if row.disclosure_id is None:
        payload = egress.disclose(session, MAIL.name, occasion, [letter.record])
    else:
        payload = egress.disclose_again(session, row.disclosure_id, MAIL.name, occasion, [letter.record])
    row.disclosure_id = payload.disclosure_id
    return payload


def _begun(session: Session, topic: str, thing: str) -> MailSend | None:
    statement = insert(MailSend).values(topic=topic, thing=thing, state=MailState.BEGUN, begun_at=clock.now())
    return session.scalar(
        statement.on_conflict_do_update(
            index_elements=["topic", "thing"],
            set_={"begun_at": clock.now()},
            where=MailSend.state == MailState.BEGUN,
        ).returning(MailSend)
    )
