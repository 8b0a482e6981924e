"""What lies in an inbox, for the person whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel import vault
from oms.kernel.audit import Actor
from oms.kernel.register import Purpose
from oms.notifications.inbox.models import InboxLetter
from oms.notifications.inbox.personal import KINDS_OF
from oms.notifications.models import MailSend
from oms.notifications.states import MailState

MOST = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """One letter in an inbox; `mailed_at` is when the mail server took it, None where it did not (yet).

    `is_stopped`: its reader does not want it by mail.
    """

    number: int
    unit: str
    topic: str
    thing: str
    subject: str = field(repr=False)
    words: str = field(repr=False)
    written_at: datetime
    read_at: datetime | None
    mailed_at: datetime | None
    is_stopped: bool


def is_kept(session: Session, unit: str, topic: str, thing: str) -> bool:
    """Say whether a letter lies in the inbox of a unit already."""
    same = (InboxLetter.unit == unit, InboxLetter.topic == topic, InboxLetter.thing == thing)
    return session.scalar(select(InboxLetter.id).where(*same)) is not None


def letters(session: Session, units: Sequence[str], *, by: Actor) -> list[Kept]:
    """Open the letters of some units for their person, the newest first; the caller knows them as theirs.

    A letter that several of their orders share, as that of a breach, is in it once.
    """
    rows = session.execute(
        select(InboxLetter, MailSend.sent_at, MailSend.state)
        .outerjoin(MailSend, (MailSend.topic == InboxLetter.topic) & (MailSend.thing == InboxLetter.thing))
        .where(InboxLetter.unit.in_(units))
        .order_by(InboxLetter.written_at.desc(), InboxLetter.id.desc())
        .limit(MOST)
    ).all()
    opened = {}
    for unit in {letter.unit for letter, _at, _state in rows}:
        kind = KINDS_OF[unit.partition(":")[0]]
        opened.update(vault.open_each(session, kind, unit, purpose=Purpose.RIGHTS, by=by))
    found: dict[tuple[str, str], Kept] = {}
    for letter, mailed_at, state in rows:
        record = opened.get(letter.sealed_id)
        if record is not None and (letter.topic, letter.thing) not in found:
            found[letter.topic, letter.thing] = Kept(
                *(letter.id, letter.unit, letter.topic, letter.thing, record.subject, record.words),
                *(letter.written_at, letter.read_at, mailed_at, state is MailState.STOPPED),
            )
    return list(found.values())


def unread(session: Session, units: Sequence[str], *topics: str) -> int:
    """Return how many letters of some units were not read yet, of some topics or of all."""
    chosen = select(func.count(func.distinct(func.concat(InboxLetter.topic, " ", InboxLetter.thing)))).where(
        InboxLetter.unit.in_(units), InboxLetter.read_at.is_(None)
    )
    if topics:
        chosen = chosen.where(InboxLetter.topic.in_(topics))
    return session.scalar(chosen) or 0
