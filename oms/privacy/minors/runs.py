"""Erasing what a child gave, and keeping the days of guardians; transactions of their own."""

from datetime import timedelta

from sqlalchemy.orm import Session

from oms.kernel import audit, clock, outbox, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError
from oms.privacy.erasure import actions as erasure
from oms.privacy.erasure.actions import Wish
from oms.privacy.locking import actions as locking
from oms.privacy.minors import actions, queries
from oms.privacy.minors.models import MinorCase
from oms.privacy.minors.states import OPEN, MinorState, Standing
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import Way

# As long as a mail about the end may be tried.
_MAILED = timedelta(days=4)


def erase(case_id: int, why: str, *, by: Actor) -> bool:
    """Erase everything of a case by the ordinary erasure with its certificate; return whether it is done.

    A parcel on its way is not waited for. Safe to repeat; a crash is finished by `keep_time`. Raises
    IllegalMoveError for a case that ended well. Never call it inside a transaction.
    """
    with transaction() as session:
        case = session.get_one(MinorCase, case_id, with_for_update=True)
        if case.state is MinorState.RESOLVED:
            raise IllegalMoveError("This suspicion is over: nothing is erased.")
        if case.state is MinorState.ERASED:
            return True
        if case.erasure_id is None:
            session.add(case.noted(clock.now(), by=by, why=why))
            audit.record(session, by.because(why), "minor.erase", f"minor:{case.id}")
            case.erasure_id = _request(session, case)
        erasure_id = case.erasure_id
    return _carried_out(case_id, erasure_id)


def _request(session: Session, case: MinorCase) -> int | None:
    """Write the request of the erasure; None where nothing is left."""
    wish = Wish(tuple(queries.units_of(session, case.id)), Way.AT_ONCE, case.market, case.language)
    try:
        return erasure.open_request(session, wish).id
    except BadInputError:
        return None


def _carried_out(case_id: int, erasure_id: int | None) -> bool:
    if erasure_id is not None and not erasure.carry_out(erasure_id):
        with reading() as session:
            if session.get_one(PrivacyRequest, erasure_id).settled_at is None:
                return False
    with transaction() as session:
        case = session.get_one(MinorCase, case_id, with_for_update=True)
        if case.state in OPEN:
            why = "everything is erased" if erasure_id is not None else "nothing is kept any more"
            session.add(case.become(MinorState.ERASED, clock.now(), by=SYSTEM, why=why))
            actions.close(session, case)
            outbox.say(session, "minor.settled", case=case.id)
    return True


def keep_time() -> None:
    """Erase what nobody answered for in time, lift what was told, and let go of guardians of nobody."""
    now = clock.now()
    with reading() as session:
        cases = queries.under_way(session)
        gone = {case.id for case in cases if not _is_kept(queries.units_of(session, case.id))}
        agreed = [case.id for case in queries.agreed(session)]
    for case in cases:
        if case.erasure_id is not None or case.id in gone or case.erase_after <= now:
            why = "its person deleted it" if case.id in gone else "nobody answered in time"
            erase(case.id, why, by=SYSTEM)
    for case_id in agreed:
        with transaction() as session:
            case = session.get_one(MinorCase, case_id, with_for_update=True)
            actions.lift_told(session, case)
        locking.unlock(case.request_id)
    forget_guardians()


def _is_kept(units: list[str]) -> bool:
    return any(vault.ends(unit) for unit in units)


def forget_guardians() -> int:
    """Let go of the mailboxes of guardians with nothing to answer for any more; return of how many.

    At once where it was a mistake or ended without them; else with the child's data, once they were told.
    """
    with reading() as session:
        over = [
            (case.id, case.guardian_unit)
            for case in queries.settled_with_guardian(session)
            if _is_over(case, queries.units_of(session, case.id))
        ]
    for _case_id, unit in over:
        vault.destroy_unit(unit)
    with transaction() as session:
        for case_id, _unit in over:
            session.get_one(MinorCase, case_id).guardian_unit = ""
    return len(over)


def _is_over(case: MinorCase, units: list[str]) -> bool:
    if case.state is MinorState.RESOLVED and case.standing is not Standing.AGREED:
        return True
    is_told = case.settled_at is not None and case.settled_at < clock.now() - _MAILED
    return is_told and not _is_kept(units)
