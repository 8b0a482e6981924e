"""A copy is asked for, built beside the shop, taken once, and dropped when its person is erased."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, files, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import reading, transaction
from oms.kernel.register import Job, Purpose
from oms.kernel.vault import Keys
from oms.privacy.access import queries as access
from oms.privacy.access.queries import Insight
from oms.privacy.copies import queries
from oms.privacy.copies.models import Copy, CopyUnit
from oms.privacy.copies.personal import DAYS, CopyFile, CopyMailbox
from oms.privacy.copies.states import LIVE, UNDER_WAY, CopyState

FILE = "your-data.zip"
LIFE = timedelta(days=DAYS)
# A number would join the orders that a copy is about.
THEMSELVES = Actor(ActorKind.GUEST, "self")
Writer = Callable[[Insight, Copy], bytes]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish for a copy by somebody who has proven these units; in which market and language they read.

    Asked for in words, it has the request, and goes to the mailbox that proved it.
    """

    units: tuple[str, ...]
    market: str
    language: str
    request_id: int | None = None
    email: str = field(repr=False, default="")


def prepare() -> Keys:
    """Make the key under which the mailbox of a copy lies; before the transaction."""
    return vault.prepare(ids.new_id(), f"copy:{ids.new_id().hex}", CopyMailbox)


def ask(session: Session, wanted: Wanted, keys: Keys) -> str:
    """Have a copy built; return the word of its address, which is kept nowhere but sealed for the mail.

    Says `privacy.copy_asked`.
    """
    word, now = ids.token(), clock.now()
    row = Copy(
        ref_hash=ids.token_hash(word),
        unit=keys.unit,
        state=CopyState.ASKED,
        total=len(wanted.units) + 1,
        market=wanted.market,
        language=wanted.language,
        asked_at=now,
        ends_at=now + LIFE,
        request_id=wanted.request_id,
    )
    session.add(row)
    session.flush()
    units = [CopyUnit(copy_id=row.id, unit=unit, position=at) for at, unit in enumerate(wanted.units)]
    session.add_all(units)
    email = wanted.email or queries.mailbox_of(session, wanted.units)
    if email:
        vault.seal(session, CopyMailbox(email, word), keys)
    outbox.say(session, "privacy.copy_asked", copy=row.id)
    return word


def build(copy_id: int, write: Writer) -> None:
    """Gather everything, unit by unit, and seal the file; says `privacy.copy_ready`. Safe to repeat.

    Opens transactions of its own: never call it inside one.
    """
    units = _begun(copy_id)
    if units is None:
        return
    parts: list[Insight] = []
    for number, unit in enumerate(units, 1):
        with reading() as session:
            parts.append(access.insight(session, [unit], by=THEMSELVES))
        with transaction() as session:
            session.execute(update(Copy).where(Copy.id == copy_id).values(done=number))
    with reading() as session:
        row = session.get_one(Copy, copy_id)
        subject_id = vault.subject_of(session, row.unit) or ids.new_id()
    content = write(access.joined(parts), row)
    _finish(copy_id, content, vault.prepare(subject_id, row.unit, CopyFile))


def _begun(copy_id: int) -> list[str] | None:
    with transaction() as session:
        row = session.get(Copy, copy_id, with_for_update=True)
        if row is None or row.state not in UNDER_WAY or row.ends_at <= clock.now():
            return None
        if row.state is not CopyState.BUILDING:
            row.become(CopyState.BUILDING)
        return queries.units_of(session, copy_id)


def _finish(copy_id: int, content: bytes, keys: Keys) -> None:
    """Seal the file unless its person was erased meanwhile; then its key, which nothing uses, is swept."""
    with transaction() as session:
        row = session.get(Copy, copy_id, with_for_update=True)
        if row is None or row.state is not CopyState.BUILDING:
            return
        row.file_id = files.store(session, CopyFile(FILE), content, keys)
        row.become(CopyState.READY)
        row.done, row.ends_at = row.total, clock.now() + LIFE
        outbox.say(session, "privacy.copy_ready", copy=row.id)


def take(word: str) -> bytes | None:
    """Return the file of a copy, once, and destroy it; None when it was taken, is not ready, or is over.

    Opens transactions of its own: never call it inside one.
    """
    ready = (Copy.ref_hash == ids.token_hash(word), Copy.state == CopyState.READY, Copy.ends_at > clock.now())
    with transaction() as session:
        row = session.scalar(
            update(Copy).where(*ready).values(state=CopyState.TAKEN, taken_at=clock.now()).returning(Copy)
        )
        if row is None or row.file_id is None:
            return None
        unit, found = (
            row.unit,
            files.open_file(session, row.file_id, purpose=Purpose.RIGHTS, by=SYSTEM.doing(Job.COPIES)),
        )
        for theirs in queries.units_of(session, row.id):
            subject_id = vault.subject_of(session, theirs)
            audit.record(session, THEMSELVES, "privacy.copy", theirs, subject_id=subject_id)
    vault.destroy_unit(unit)
    return found.content if found else None


def give_up(session: Session, request_id: int) -> None:
    """Let nobody take, and no worker finish, what was made for a request; `sweep_given_up` destroys it."""
    theirs = (Copy.request_id == request_id, Copy.state.in_(LIVE))
    session.execute(update(Copy).where(*theirs).values(state=CopyState.DROPPED))


def sweep_given_up() -> int:
    """Destroy the copies whose request was refused or taken back; return how many.

    Opens transactions of its own: never call it inside one.
    """
    given_up = (Copy.request_id.is_not(None), Copy.state == CopyState.DROPPED)
    with reading() as session:
        units = list(session.scalars(select(Copy.unit).where(*given_up)))
    return _destroy(units)


def drop(unit: str) -> int:
    """Destroy every copy that holds something of a unit, built or being built; return how many.

    Opens transactions of its own: never call it inside one. First it is written that they are no more, so
    that none is finished after its keys have gone.
    """
    theirs = Copy.id.in_(select(CopyUnit.copy_id).where(CopyUnit.unit == unit))
    with transaction() as session:
        session.execute(update(Copy).where(theirs, Copy.state.in_(LIVE)).values(state=CopyState.DROPPED))
        units = list(session.scalars(select(Copy.unit).where(theirs)))
    return _destroy(units)


def _destroy(units: list[str]) -> int:
    for unit in units:
        vault.destroy_unit(unit)
    with transaction() as session:
        session.execute(delete(Copy).where(Copy.unit.in_(units)))
    return len(units)
