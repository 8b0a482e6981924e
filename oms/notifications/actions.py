"""Sending one mail about one thing: begun and disclosed before the server is called, then sent."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import clock, egress
from oms.kernel.db import transaction
from oms.kernel.egress import Occasion
from oms.kernel.register import Purpose
from oms.notifications import gateway
from oms.notifications.gateway import Mail
from oms.notifications.models import MailSend
from oms.notifications.pages import Written
from oms.notifications.personal import MAIL
from oms.notifications.states import MailState


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
    server's yes and our row sends it a second time: that window SMTP leaves open to everybody.
    """
    with transaction() as session:
        row = _begun(session, letter.topic, letter.thing)
        if row is None:
            return False
        payload = egress.disclose(
            session, MAIL.name, Occasion(letter.unit, letter.subject_id, letter.purpose), [letter.record]
        )
    gateway.send(
        Mail(
            to=payload.text("email"),
            subject=letter.written.subject,
            text=letter.written.text,
            html=letter.written.html,
            language=letter.language,
            message_id=f"{letter.topic}.{row}",
        )
    )
    with transaction() as session:
        sent = session.get_one(MailSend, row, with_for_update=True)
        sent.state, sent.sent_at = MailState.SENT, clock.now()
    return True


def _begun(session: Session, topic: str, thing: str) -> int | None:
    statement = insert(MailSend).values(topic=topic, thing=thing, state=MailState.BEGUN, begun_at=clock.now())
    row = session.execute(
        statement.on_conflict_do_update(
            index_elements=["topic", "thing"],
            set_={"begun_at": clock.now()},
            where=MailSend.state == MailState.BEGUN,
        ).returning(MailSend.id)
    ).one_or_none()
    return row.id if row else None
