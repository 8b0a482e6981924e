"""Objecting, and taking it back: at once, for every mail that is not handed over yet."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, vault
from oms.kernel.audit import Actor
from oms.kernel.vault.models import SealedRow
from oms.privacy.models import Objection
from oms.privacy.states import Channel


def object_to(session: Session, units: Sequence[str], channel: Channel, *, by: Actor) -> int:
    """Write that somebody wants nothing on a channel that they do not need; return in how many units.

    A unit of which nothing is kept is left out: there is nobody to write to. Again, the first day stays.
    """
    kept = select(SealedRow.unit).where(SealedRow.unit.in_(units)).distinct()
    there = sorted(session.scalars(kept))
    now = clock.now()
    for unit in there:
        row = insert(Objection).values(unit=unit, channel=channel, at=now)
        new = session.scalar(row.on_conflict_do_nothing().returning(Objection.unit))
        if new is not None:
            subject_id = vault.subject_of(session, unit)
            audit.record(session, by, f"privacy.object.{channel}", unit, subject_id=subject_id)
    return len(there)


def take_back(session: Session, units: Sequence[str], channel: Channel, *, by: Actor) -> None:
    """Let an objection go: whoever may see these units wants to be written to again."""
    gone = delete(Objection).where(Objection.unit.in_(units), Objection.channel == channel)
    for unit in session.scalars(gone.returning(Objection.unit)).all():
        subject_id = vault.subject_of(session, unit)
        audit.record(session, by, f"privacy.allow.{channel}", unit, subject_id=subject_id)


def forget(session: Session, unit: str) -> None:
    """Let go of what a unit's person objected to, with everything else about them."""
    session.execute(delete(Objection).where(Objection.unit == unit))
