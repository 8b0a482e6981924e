"""Reads about locks: what can be locked, what is, and what a request locked."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import vault
from oms.kernel.register import KINDS, OWNED, Kind, Purpose
from oms.privacy.locking.models import Restriction
from oms.privacy.states import Outcome, Told

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


def live(session: Session, unit: str, kind: str, apart: str = "") -> Restriction | None:
    """Return the lock that holds on a record now, or on a field of it that stands apart; or None."""
    which = (Restriction.is_apart, Restriction.field == apart) if apart else (~Restriction.is_apart,)
    return session.scalar(
        select(Restriction)
        .where(Restriction.unit == unit, Restriction.kind == kind, Restriction.lifted_at.is_(None), *which)
        .limit(1)
    )


def has_locked(session: Session, request_id: int, unit: str, kind: str) -> bool:
    """Say whether a request itself holds a record whole; that another one does is no reason not to."""
    own = (Restriction.request_id == request_id, Restriction.unit == unit, Restriction.kind == kind)
    holds = (Restriction.lifted_at.is_(None), ~Restriction.is_apart)
    return session.scalar(select(Restriction.id).where(*own, *holds)) is not None


def holding(session: Session, unit: str) -> list[Restriction]:
    """Return the locks that hold on whole records of a unit now."""
    theirs = (Restriction.unit == unit, Restriction.lifted_at.is_(None), Restriction.kind != NEWS)
    whole = select(Restriction).where(*theirs, ~Restriction.is_apart)
    return list(session.scalars(whole.order_by(Restriction.id)))


def let_go(session: Session, request_id: int) -> list[Restriction]:
    """Return what a request has let go of."""
    theirs = (Restriction.request_id == request_id, Restriction.lifted_at.is_not(None))
    return list(session.scalars(select(Restriction).where(*theirs).order_by(Restriction.id)))


def told(session: Session, units: Sequence[str]) -> list[Restriction]:
    """Return what was decided of some units, and not told by a mail: one row for each request."""
    theirs = (Restriction.unit.in_(units), Restriction.told_how.in_((Told.REFUSED, Told.NO_MAILBOX)))
    newest = select(Restriction).where(*theirs).order_by(Restriction.request_id, Restriction.id)
    return list({one.request_id: one for one in session.scalars(newest)}.values())


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
