"""Reads about locks: what can be locked, what is, and what a request locked."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import vault
from oms.kernel.register import KINDS, OWNED, Kind, Purpose
from oms.privacy.locking.models import Restriction
from oms.privacy.states import Outcome

# What rests on our interest alone, as the kind of a lock: nothing is sealed for it, it only stops.
NEWS = "purpose.news"


def lockable(units: Sequence[str]) -> list[tuple[str, Kind]]:
    """Return the records of some units that their person can have locked, and that are there."""
    return [
        (unit, KINDS[name])
        for unit in units
        if unit.partition(":")[0] in OWNED
        for name in sorted(vault.ends(unit))
        if name in KINDS and Purpose.RIGHTS in KINDS[name].purposes
    ]


def of_request(session: Session, request_id: int) -> list[Restriction]:
    """Return what a request locked."""
    chosen = select(Restriction).where(Restriction.request_id == request_id)
    return list(session.scalars(chosen.order_by(Restriction.id)))


def live(session: Session, unit: str, kind: str) -> Restriction | None:
    """Return the lock that holds on a record now, or None."""
    return session.scalar(
        select(Restriction)
        .where(Restriction.unit == unit, Restriction.kind == kind, Restriction.lifted_at.is_(None))
        .limit(1)
    )


def pending(held: Sequence[Restriction]) -> list[Restriction]:
    """Return those of some locks that are still to be decided, told or lifted; an upheld objection stays."""
    return [
        one
        for one in held
        if one.lifted_at is None and not (one.outcome is Outcome.UPHELD and one.told_at is not None)
    ]


def objection(session: Session, units: Sequence[str], purpose: str = NEWS) -> Restriction | None:
    """Return the newest objection of somebody to a purpose that holds now: undecided, or upheld."""
    return session.scalar(
        select(Restriction)
        .where(Restriction.unit.in_(units), Restriction.kind == purpose, Restriction.lifted_at.is_(None))
        .order_by(Restriction.id.desc())
        .limit(1)
    )


def all_live(session: Session) -> list[Restriction]:
    """Return every lock that holds now."""
    return list(session.scalars(select(Restriction).where(Restriction.lifted_at.is_(None))))
