"""One text about one thing: begun and disclosed, noted, reported; and the word that ends all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import clock, egress, gates, vault
from oms.kernel.audit import Actor, ActorKind
from oms.kernel.egress import Occasion, Payload
from oms.kernel.register import Purpose, kind_of
from oms.notifications.texting import queries
from oms.notifications.texting.models import TextSend
from oms.notifications.texting.personal import TEXTS
from oms.notifications.texting.states import NEEDED, TextState
from oms.orders.personal import OrderDelivery
from oms.privacy.states import Channel
from oms.privacy.wishes import actions as saying
from oms.privacy.wishes import queries as wishes
from oms.privacy.wishes.actions import Said
from oms.privacy.wishes.states import MESSAGES, Choice, WishPurpose, WishWay

# Whoever answers from the phone; it names nobody.
_READER = Actor(ActorKind.GUEST, "text")


@dataclass(frozen=True, slots=True)
class Text:
    """A text to send: about which thing, to the number of which order, for which purpose, in which words.

    `mailbox` is that of the order: by it the answers of its person are found.
    """

    topic: str
    thing: str
    unit: str
    subject_id: UUID
    record: OrderDelivery = field(repr=False)
    purpose: Purpose
    words: str
    mailbox: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """A text that may go now: its row, the key of all its attempts, and the two things that are told.

    `gates` are the units by which a no to it may come.
    """

    row_id: int
    key: str
    phone: str = field(repr=False)
    words: str = field(repr=False)
    gates: tuple[str, ...] = ()


def begin(session: Session, text: Text) -> Begun | TextState:
    """Write that a text is to go, and its disclosure; else return how it ended already, or that it may not.

    One text is one disclosure, however often it is tried.
    """
    row = _begun(session, text)
    if row.state is not TextState.BEGUN:
        return row.state
    units = _units_of(session, text)
    if _is_unwanted(session, text, units):
        row.become(TextState.STOPPED, clock.now())
        return row.state
    phone = _told(session, text, row).text("phone")
    return Begun(row.id, str(row.key), phone, text.words, tuple(units))


def look(session: Session, text: Text, held: Sequence[str]) -> bool:
    """Say, under gates held open, whether a text may go: wanted, and its number neither gone nor locked.

    Raises UnavailableError where its reader has other units than those whose gates are held: look again.
    """
    units = _units_of(session, text)
    gates.require_held(units, held)
    kind = kind_of(type(text.record)).name
    if vault.stands_apart(session, text.unit, type(text.record), "phone"):
        return False
    if kind not in vault.ends(text.unit) or (text.unit, kind) in vault.locks([text.unit]):
        return False
    return not _is_unwanted(session, text, units)


def _told(session: Session, text: Text, row: TextSend) -> Payload:
    occasion = Occasion(text.unit, text.subject_id, text.purpose, f"{text.topic}_text")
    payload = egress.disclose_once(session, row.disclosure_id, TEXTS.name, occasion, [text.record])
    row.disclosure_id = payload.disclosure_id
    return payload


def _units_of(session: Session, text: Text) -> list[str]:
    theirs = [text.unit, *queries.units_of_phone(session, text.record.phone)]
    return [*theirs, *wishes.person_of(session, text.unit, text.mailbox)]


def _is_unwanted(session: Session, text: Text, units: Sequence[str]) -> bool:
    """Ask as late as can be: a STOP holds for what is under way."""
    theirs = [text.unit, *queries.units_of_phone(session, text.record.phone)]
    if queries.is_stopped(session, theirs) or queries.is_dead(session, theirs):
        return True
    if text.topic in NEEDED:
        return False
    return not wishes.may(session, units, WishPurpose.NEWS, Channel.SMS)


def _begun(session: Session, text: Text) -> TextSend:
    statement = insert(TextSend).values(
        topic=text.topic, thing=text.thing, unit=text.unit, state=TextState.BEGUN, begun_at=clock.now()
    )
    # Written even where it is there, so that two at once wait for each other.
    again = statement.on_conflict_do_update(index_elements=["topic", "thing"], set_={"topic": text.topic})
    return session.scalars(again.returning(TextSend), execution_options={"populate_existing": True}).one()


def note(session: Session, row_id: int, state: TextState) -> None:
    """Write how far a text has come; a report that was faster stays."""
    session.get_one(TextSend, row_id, with_for_update=True).become(state, clock.now())


def note_report(session: Session, key: UUID, state: TextState) -> TextSend | None:
    """Write what the service reports of a text; None where it says nothing new."""
    row = queries.by_key(session, key)
    return row if row is not None and row.become(state, clock.now()) else None


def stop(session: Session, units: Sequence[str], language: str) -> int:
    """End every text to the number of some orders, at once; return with how many orders that was written."""
    for purpose in MESSAGES:
        said = Said(Choice.WITHDRAWN, Channel.SMS, purpose, language, WishWay.TEXT)
        count = saying.say(session, units, said, by=_READER)
    return count
