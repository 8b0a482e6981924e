"""Reads about suspected children: the case of some units, who may act for them, and what is late."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import vault
from oms.kernel.audit import SYSTEM
from oms.kernel.errors import IllegalMoveError, NotFoundError
from oms.kernel.register import Job, Purpose
from oms.privacy.minors.models import MinorCase, MinorEvent, MinorUnit
from oms.privacy.minors.personal import GuardianContact
from oms.privacy.minors.states import OPEN, MinorState
from oms.privacy.models import PrivacyRequest

MOST_LISTED = 200
_MISSING = "There is no such page, or it is over."


def open_case(session: Session, units: Sequence[str]) -> MinorCase | None:
    """Return the case under way about any of some units, or None."""
    theirs = select(MinorUnit.case_id).where(MinorUnit.unit.in_(units))
    chosen = select(MinorCase).where(MinorCase.id.in_(theirs), MinorCase.state.in_(OPEN))
    return session.scalar(chosen.order_by(MinorCase.id).limit(1))


def has_any(session: Session) -> bool:
    """Say whether any case is under way: the one look that every new order costs."""
    return session.scalar(select(MinorCase.id).where(MinorCase.state.in_(OPEN)).limit(1)) is not None


def by_number(session: Session, number: str, *, is_locked: bool = False) -> MinorCase:
    """Return a case by the number of its request, under its lock where it is to change. NotFoundError."""
    chosen = select(MinorCase).join(PrivacyRequest, PrivacyRequest.id == MinorCase.request_id)
    chosen = chosen.where(PrivacyRequest.number == number)
    found = session.scalar(chosen.with_for_update(of=MinorCase) if is_locked else chosen)
    if found is None:
        raise NotFoundError("There is no suspicion of this number.")
    return found


def by_ref(session: Session, ref: str, *, is_locked: bool = False) -> MinorCase:
    """Return the case of a guardian's page. Raises NotFoundError for a wrong word, and once it is over.

    It stays open after a yes, as long as something of the child is kept.
    """
    chosen = select(MinorCase).where(MinorCase.ref == ref, MinorCase.guardian_unit != "")
    found = session.scalar(chosen.with_for_update() if is_locked else chosen)
    if found is None or found.state is MinorState.ERASED:
        raise NotFoundError(_MISSING)
    return found


def number_of(session: Session, case: MinorCase) -> str:
    """Return the number of a case: that of its request."""
    return session.scalars(select(PrivacyRequest.number).where(PrivacyRequest.id == case.request_id)).one()


def require_none(session: Session, request: PrivacyRequest) -> None:
    """Raise IllegalMoveError where a request is that of a suspected child, which has a page of its own."""
    if of_request(session, request) is not None:
        raise IllegalMoveError("This is decided on the page of suspected children.")


def of_request(session: Session, request: PrivacyRequest) -> MinorCase | None:
    """Return the case that a request is of, or None."""
    return session.scalar(select(MinorCase).where(MinorCase.request_id == request.id))


def listed(session: Session) -> list[tuple[MinorCase, str]]:
    """Return the cases, each with its number: those under way first, by their last day; then the newest."""
    rows = session.execute(
        select(MinorCase, PrivacyRequest.number)
        .join(PrivacyRequest, PrivacyRequest.id == MinorCase.request_id)
        .order_by(MinorCase.settled_at.desc().nulls_first(), MinorCase.erase_after, MinorCase.id.desc())
        .limit(MOST_LISTED)
    )
    return [(row[0], row[1]) for row in rows]


def units_of(session: Session, case_id: int) -> list[str]:
    """Return the units that a case is about and of which something is kept."""
    chosen = select(MinorUnit.unit).where(MinorUnit.case_id == case_id).order_by(MinorUnit.unit)
    return list(session.scalars(chosen))


def events_of(session: Session, case_id: int) -> list[MinorEvent]:
    """Return the moves of a case, in order."""
    chosen = select(MinorEvent).where(MinorEvent.case_id == case_id).order_by(MinorEvent.id)
    return list(session.scalars(chosen))


def guarded(session: Session, ref: str, proven: Sequence[str]) -> list[str] | None:
    """Return the child's units for a guardian's page and the units that this browser proved.

    None unless the guardian's own mailbox is among them, and once the case is over.
    """
    found = session.scalar(select(MinorCase).where(MinorCase.ref == ref))
    if found is None or not found.guardian_unit or found.guardian_unit not in proven:
        return None
    return units_of(session, found.id) if found.state is not MinorState.ERASED else None


def guardian_mailbox(session: Session, case: MinorCase, job: Job = Job.REQUESTS) -> str:
    """Return the guardian's mailbox, for the house alone; empty when it has gone."""
    if not case.guardian_unit:
        return ""
    kept = vault.open_record(
        session, GuardianContact, case.guardian_unit, purpose=Purpose.RIGHTS, by=SYSTEM.doing(job)
    )
    return kept.email if kept else ""


def under_way(session: Session) -> list[MinorCase]:
    """Return the cases that are not settled, the first to end first."""
    return list(
        session.scalars(
            select(MinorCase).where(MinorCase.state.in_(OPEN)).order_by(MinorCase.erase_after, MinorCase.id)
        )
    )


def agreed(session: Session) -> list[MinorCase]:
    """Return the cases that ended well and whose request is not closed: their locks may wait to be lifted."""
    waiting = select(PrivacyRequest.id).where(PrivacyRequest.settled_at.is_(None))
    resolved = (MinorCase.state == MinorState.RESOLVED, MinorCase.request_id.in_(waiting))
    return list(session.scalars(select(MinorCase).where(*resolved).order_by(MinorCase.id)))


def settled_with_guardian(session: Session) -> list[MinorCase]:
    """Return the cases that are over and whose guardian's mailbox is still kept."""
    over = (MinorCase.settled_at.is_not(None), MinorCase.guardian_unit != "")
    return list(session.scalars(select(MinorCase).where(*over).order_by(MinorCase.id)))


def late(session: Session, now: datetime) -> int:
    """Return how many cases should have been erased by a moment and are not."""
    return sum(1 for case in under_way(session) if case.erase_after <= now)
