"""Reads about suspected children: the case of some units, who may act for them, and what is late."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.buyers.queries import units_of_mailbox
from oms.kernel import clock, vault
from oms.kernel.audit import SYSTEM
from oms.kernel.errors import IllegalMoveError, NotFoundError
from oms.kernel.register import OWNED, Job, Purpose
from oms.orders import queries as orders
from oms.privacy.copies.queries import mailbox_of
from oms.privacy.minors.models import MinorCase, MinorEvent, MinorUnit
from oms.privacy.minors.personal import GuardianContact
from oms.privacy.minors.states import ANSWERING, OF_PERSON, OPEN, MinorState, Standing
from oms.privacy.models import PrivacyRequest

MOST_LISTED = 200
_MISSING = "There is no such page, or it is over."


def open_case(session: Session, units: Sequence[str], *, is_own: bool = False) -> MinorCase | None:
    """Return the case under way about any of some units, or None; as their own alone where that is asked."""
    theirs = select(MinorUnit.case_id).where(MinorUnit.unit.in_(units))
    if is_own:
        theirs = theirs.where(MinorUnit.is_own)
    chosen = select(MinorCase).where(MinorCase.id.in_(theirs), MinorCase.state.in_(OPEN))
    return session.scalar(chosen.order_by(MinorCase.id).limit(1))


def reach(session: Session, units: Sequence[str], proven: Sequence[str]) -> dict[str, bool]:
    """Return what a suspicion is about, and whether it is their own: what was proven, or named by staff.

    Nothing is added to what somebody proved. To an order that staff named comes the account that it was
    bought with, and the orders of that account: never what merely has the same mailbox typed.
    """
    theirs = [unit for unit in units if unit.partition(":")[0] in OWNED]
    if proven:
        return {unit: unit in proven for unit in theirs}
    found = dict.fromkeys(theirs, True)
    numbers = [unit.partition(":")[2] for unit in theirs if unit.startswith("order:")]
    for buyer_id in {orders.buyer_of(session, number) for number in numbers} - {None}:
        found[f"account:{buyer_id}"] = True
    for number in [unit.partition(":")[2] for unit in found if unit.startswith("account:")]:
        for unit in orders.units_of_buyer(session, int(number)):
            found.setdefault(unit, False)
    return found


def known(session: Session, units: Mapping[str, bool], *, is_proven: bool) -> MinorCase | None:
    """Return the case under way of the same person, or None: two cases may well share an order.

    The same by an account, by a mailbox proven in both, by having proven all that the case is about, or by
    adding nothing to it.
    """
    own = {unit for unit, is_own in units.items() if is_own}
    theirs = select(MinorUnit.case_id).where(MinorUnit.unit.in_(own), MinorUnit.is_own)
    chosen = select(MinorCase).where(MinorCase.id.in_(theirs), MinorCase.state.in_(OPEN))
    for case in session.scalars(chosen.order_by(MinorCase.id)):
        rows = session.scalars(select(MinorUnit).where(MinorUnit.case_id == case.id)).all()
        kept, shared = {row.unit for row in rows}, {row.unit for row in rows if row.is_own} & own
        is_same = any(unit.startswith("account:") for unit in shared) or units.keys() <= kept
        if is_same or (is_proven and (case.signal in OF_PERSON or kept <= units.keys())):
            return case
    return None


def joined(session: Session, unit: str) -> tuple[MinorCase, bool] | None:
    """Return the case that a new order belongs to, and whether as their own; None for anybody else's.

    It belongs there by the account it was bought with, or by a mailbox that its person proved to us.
    """
    email = mailbox_of(session, [unit], Job.ERASURE)
    same = units_of_mailbox(session, email, *OWNED) if email else []
    of_person = MinorCase.signal.in_(OF_PERSON) | MinorUnit.unit.startswith("account:")
    proven = (MinorUnit.unit.in_(same), MinorUnit.is_own, MinorCase.state.in_(OPEN), of_person)
    chosen = select(MinorCase).join(MinorUnit, MinorUnit.case_id == MinorCase.id).where(*proven)
    case = session.scalar(chosen.order_by(MinorCase.id).limit(1))
    if case is not None:
        return case, True
    buyer_id = orders.buyer_of(session, unit.partition(":")[2])
    case = open_case(session, [f"account:{buyer_id}"], is_own=True) if buyer_id else None
    return (case, False) if case is not None else None


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

    It stays open after a yes of theirs, as long as something of the child is kept; a mistake closes it.
    """
    chosen = select(MinorCase).where(MinorCase.ref == ref, MinorCase.guardian_unit != "")
    found = session.scalar(chosen.with_for_update() if is_locked else chosen)
    if found is None or not _is_live(found):
        raise NotFoundError(_MISSING)
    return found


def _is_live(case: MinorCase) -> bool:
    if case.state in OPEN:
        return case.erase_after > clock.now()
    return case.state is MinorState.RESOLVED and case.standing is Standing.AGREED


def require_answer(case: MinorCase) -> None:
    """Raise NotFoundError where nobody is asked for a yes or no, or somebody whom staff have to accept."""
    if case.state is not MinorState.GUARDIAN_ASKED or case.standing not in ANSWERING:
        raise NotFoundError(_MISSING)


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


def own_units(session: Session, case_id: int) -> list[str]:
    """Return the units of a case that its person proved, or staff named."""
    chosen = select(MinorUnit.unit).where(MinorUnit.case_id == case_id, MinorUnit.is_own)
    return list(session.scalars(chosen.order_by(MinorUnit.unit)))


def events_of(session: Session, case_id: int) -> list[MinorEvent]:
    """Return the moves of a case, in order."""
    chosen = select(MinorEvent).where(MinorEvent.case_id == case_id).order_by(MinorEvent.id)
    return list(session.scalars(chosen))


def guarded(session: Session, ref: str, proven: Sequence[str]) -> list[str] | None:
    """Return the child's units for a guardian's page and the units that this browser proved.

    None unless the guardian's own mailbox is among them, and they said yes or staff accepted them; none too
    once the case is over in another way. To be named opens nothing.
    """
    found = session.scalar(select(MinorCase).where(MinorCase.ref == ref))
    if found is None or not found.guardian_unit or found.guardian_unit not in proven or not _is_live(found):
        return None
    opens = {Standing.ACCEPTED, Standing.AGREED}
    return units_of(session, found.id) if found.standing in opens else None


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
