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
from oms.notifications.states import OPTIONAL, MailState
from oms.privacy.states import Channel
from oms.privacy.wishes import queries as wishes

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
    stop_url: str = ""

    @property
    def is_optional(self) -> bool:
        """Say whether its reader can do without it, and so may object."""
        return self.topic in OPTIONAL


def post(letter: Letter) -> bool:
    """Send a mail unless it was sent already; return whether it was sent now.

    Raises UnavailableError when the server does not take it; the outbox tries again. A crash between the
    server's yes and our row sends it a second time: that window SMTP leaves open to everybody. Both carry
    one Message-ID (RFC 5322, 3.6.4), by which servers and readers show one. Raises UndeliverableError when
    the server never will.

    An optional mail whose reader objected is stopped, also at its tenth attempt, and never sent afterwards.

    One mail is one disclosure, however often it is tried. It is written with the first attempt and stays
    when all fail: a server that refuses has read the address, so not to say it would be a lie.
    """
    with transaction() as session:
        row = _begun(session, letter.topic, letter.thing)
        if row is None:
            return False
        if _is_unwanted(session, letter):
            row.state = MailState.STOPPED
            return False
        row_id, key, payload = row.id, row.key, _told(session, letter, row)
    gateway.send(
        Mail(
            to=payload.text("email"),
            subject=letter.written.subject,
            text=letter.written.text,
            html=letter.written.html,
            language=letter.language,
            message_id=f"{letter.topic}.{key}",
            stop_url=letter.stop_url if letter.is_optional else "",
        )
    )
    with transaction() as session:
        sent = session.get_one(MailSend, row_id, with_for_update=True)
        sent.state, sent.sent_at = MailState.SENT, clock.now()
    return True


def _is_unwanted(session: Session, letter: Letter) -> bool:
    """Ask as late as can be: an objection stops what is under way."""
    email = str(getattr(letter.record, "email", ""))
    return letter.is_optional and wishes.has_objected(session, Channel.MAIL, letter.unit, email)


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
