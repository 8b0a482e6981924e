"""Laying a letter into an inbox, and noting that it was read."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from oms.kernel import clock, gates, vault
from oms.kernel.register import kind_of
from oms.kernel.vault import Keys
from oms.notifications.actions import Letter, is_unwanted, units_of
from oms.notifications.inbox.models import InboxLetter
from oms.notifications.inbox.personal import KINDS_OF
from oms.notifications.inbox.states import BEGINNING, WHOLE
from oms.privacy.states import Channel


def lay(session: Session, letter: Letter, keys: Keys) -> bool:
    """Seal a letter into its reader's inbox; return whether it lies there now.

    It does not where they do not want its kind on these pages, nor where what let us write to them is gone.
    The gates are held to the end of the transaction: a no commits before this look, or after the letter.
    """
    units = units_of(session, letter)
    gates.pass_through(session, units)
    if kind_of(type(letter.record)).name not in vault.ends(letter.unit):
        return False
    if is_unwanted(session, letter, Channel.INBOX, units):
        return False
    record = KINDS_OF[letter.unit.partition(":")[0]](letter.written.subject, _short(letter))
    session.add(
        InboxLetter(
            unit=letter.unit,
            topic=letter.topic,
            thing=letter.thing,
            sealed_id=vault.seal(session, record, keys),
            written_at=clock.now(),
        )
    )
    return True


def _short(letter: Letter) -> str:
    """Return the beginning of a letter, whole lines of it; of some topics all."""
    words = letter.written.content
    if letter.topic in WHOLE or len(words) <= BEGINNING:
        return words
    return f"{words[:BEGINNING].rpartition(chr(10))[0].rstrip()}\n…"


def note_read(session: Session, units: Sequence[str], number: int) -> bool:
    """Write that somebody read a letter, with each of their orders that has it; say whether it is theirs."""
    row = session.scalar(select(InboxLetter).where(InboxLetter.id == number, InboxLetter.unit.in_(units)))
    if row is None:
        return False
    same = (InboxLetter.topic == row.topic, InboxLetter.thing == row.thing, InboxLetter.unit.in_(units))
    session.execute(
        update(InboxLetter).where(*same, InboxLetter.read_at.is_(None)).values(read_at=clock.now())
    )
    return True
