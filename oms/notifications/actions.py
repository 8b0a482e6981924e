"""One mail about one thing: begun and disclosed before the server is called, and noted once it went."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.buyers.models import CODE_LIFE
from oms.kernel import clock, egress, gates, vault
from oms.kernel.egress import Occasion, Payload
from oms.kernel.outbox import Patience
from oms.kernel.register import Purpose, kind_of
from oms.notifications.models import MailSend
from oms.notifications.personal import MAIL
from oms.notifications.states import MailState, purpose_of
from oms.privacy.states import Channel
from oms.privacy.wishes import queries as wishes

# A mail server may be away for a weekend; a code that comes after its end is no use to anybody.
MAILS = Patience(timedelta(days=3))
CODES = Patience(CODE_LIFE, timedelta(seconds=30))


@dataclass(frozen=True, slots=True)
class Written:
    """A mail's subject and both parts; `content` is its text without greeting and foot."""

    subject: str
    text: str
    html: str
    content: str = ""


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
        """Say whether its reader can do without it, and so may stop it."""
        return purpose_of(self.topic) is not None


@dataclass(frozen=True, slots=True)
class Begun:
    """A mail that may go now: its row, its Message-ID's key, and what the server is told of its reader.

    `gates` are the units by which a no to it may come; none for a mail that is needed.
    """

    row_id: int
    key: str
    payload: Payload = field(repr=False)
    gates: tuple[str, ...] = ()


def begin(session: Session, letter: Letter) -> Begun | None:
    """Write that a mail is to go, and its disclosure; None when it has gone, or its reader objects.

    One mail is one disclosure, however often it is tried. It is written with the first attempt and stays
    when all fail: a server that refuses has read the address, so not to say it would be a lie.
    """
    row = _begun(session, letter.topic, letter.thing)
    if row is None:
        return None
    units = units_of(session, letter)
    if is_unwanted(session, letter, Channel.MAIL, units):
        row.state = MailState.STOPPED
        return None
    return Begun(row.id, str(row.key), _told(session, letter, row), tuple(units))


def note_stopped(session: Session, row_id: int) -> None:
    """Write that a mail did not go, as its reader said no while it was being handed over."""
    session.get_one(MailSend, row_id, with_for_update=True).state = MailState.STOPPED


def note_sent(session: Session, row_id: int) -> None:
    """Write that the server took a mail."""
    sent = session.get_one(MailSend, row_id, with_for_update=True)
    sent.state, sent.sent_at = MailState.SENT, clock.now()


def units_of(session: Session, letter: Letter) -> list[str]:
    """Return the units by which its reader may say no to a letter; none where it is needed."""
    if not letter.is_optional:
        return []
    return wishes.person_of(session, letter.unit, str(getattr(letter.record, "email", "")))


def is_unwanted(session: Session, letter: Letter, channel: Channel, units: Sequence[str]) -> bool:
    """Say whether its reader, whose units these are, does without a letter on a channel.

    An objection stops what is under way. What is needed asks nobody.
    """
    purpose = purpose_of(letter.topic)
    return purpose is not None and not wishes.may(session, units, purpose, channel)


def look(session: Session, letter: Letter, channel: Channel, held: Sequence[str]) -> bool:
    """Say, under gates held open, whether a letter may go: wanted, and its record neither gone nor locked.

    Raises UnavailableError where its reader has other units than those whose gates are held: look again.
    """
    units = units_of(session, letter)
    gates.require_held(units, held)
    kind = kind_of(type(letter.record)).name
    if kind not in vault.ends(letter.unit) or (letter.unit, kind) in vault.locks([letter.unit]):
        return False
    return not is_unwanted(session, letter, channel, units)


def _told(session: Session, letter: Letter, row: MailSend) -> Payload:
    occasion = Occasion(letter.unit, letter.subject_id, letter.purpose, letter.topic)
    payload = egress.disclose_once(session, row.disclosure_id, MAIL.name, occasion, [letter.record])
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
