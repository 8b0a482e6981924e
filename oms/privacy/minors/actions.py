"""Suspecting somebody to be a child, asking a guardian, lifting what was restricted; erasing is a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.errors import BadInputError, IllegalMoveError, NotFoundError
from oms.kernel.register import KINDS, Job, Purpose
from oms.kernel.vault import Keys
from oms.orders import queries as orders
from oms.privacy.actions import begin
from oms.privacy.clocks import calendar
from oms.privacy.erasure import queries as erasing
from oms.privacy.locking import actions as locking
from oms.privacy.locking import queries as locks
from oms.privacy.minors import ages, queries
from oms.privacy.minors.models import MinorCase, MinorUnit
from oms.privacy.minors.personal import GuardianContact
from oms.privacy.minors.states import MinorState, Signal
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import LockGround, Outcome, RequestKind, RequestState, Source, Way
from oms.privacy.wishes import queries as wishes

# Business days in which a guardian can answer; the erasure is done within the seventh (001-60).
ANSWER_DAYS = 6
MOST_ASKED = 3
GUARDIAN = Actor(ActorKind.GUEST, "guardian")
THEMSELVES = Actor(ActorKind.GUEST, "self")
_SOURCES = {Signal.SELF: Source.SCREEN, Signal.REQUEST: Source.FORM}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Who may be a child, by some of their units; how we came to think so; in which market and language."""

    units: tuple[str, ...]
    signal: Signal
    market: str = "eu"
    language: str = "en"


def prepare() -> Keys:
    """Make the key of a guardian's mailbox; before the transaction."""
    return vault.prepare(ids.new_id(), f"guardian:{ids.new_id().hex}", GuardianContact)


def suspect(session: Session, seen: Suspicion, *, by: Actor) -> MinorCase:
    """Restrict at once everything of whoever is behind some units, and begin the days of the guardian.

    Who is suspected already gets no second case. Says `minor.restricted`. Raises NotFoundError where nothing
    is kept of them.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("suspected minors"))))
    units = [unit for unit in person(session, seen.units) if vault.ends(unit)]
    if not units:
        raise NotFoundError("Nothing is kept of this person any more.")
    case = queries.open_case(session, units)
    if case is None:
        case = _begun(session, seen, units, by)
    extend(session, case, units, by=by)
    if case.state is MinorState.SUSPECTED:
        why = "everything is locked, and what has not left waits"
        session.add(case.become(MinorState.RESTRICTED, clock.now(), by=SYSTEM, why=why))
        outbox.say(session, "minor.restricted", case=case.id)
    return case


def person(session: Session, units: Sequence[str]) -> list[str]:
    """Return every order and account of whoever is behind some units, by their mailbox and their account."""
    found = dict.fromkeys(unit for unit in units if unit.partition(":")[0] in {"order", "account"})
    for unit in list(found):
        email = mailbox(session, [unit])
        found.update(dict.fromkeys(wishes.person_of(session, unit, email) if email else ()))
    for unit in [one for one in found if one.startswith("account:")]:
        number = int(unit.partition(":")[2])
        found.update(dict.fromkeys(orders.units_of_buyer(session, number)))
    return sorted(found)


def mailbox(session: Session, units: Sequence[str]) -> str:
    """Return the mailbox of the first unit that has one, for the house alone."""
    for unit in units:
        for name in sorted(vault.ends(unit)):
            kind = KINDS.get(name)
            if kind is None or "email" not in kind.names() or Purpose.RIGHTS not in kind.purposes:
                continue
            by = SYSTEM.doing(Job.ERASURE)
            kept = vault.open_record(session, kind.type, unit, purpose=Purpose.RIGHTS, by=by)
            if kept is not None:
                return str(kept.email)
    return ""


def _begun(session: Session, seen: Suspicion, units: Sequence[str], by: Actor) -> MinorCase:
    countries = erasing.countries(session, units)
    country, age = ages.strictest(countries)
    began = PrivacyRequest(
        kind=RequestKind.MINOR,
        source=_SOURCES.get(seen.signal, Source.HAND),
        way=Way.AT_ONCE,
        market=seen.market,
        language=seen.language,
    )
    request, now = begin(session, began, countries), clock.now()
    for state in (RequestState.VERIFIED, RequestState.IN_PROGRESS):
        session.add(request.become(state, now, by=by, why=seen.signal))
    case = MinorCase(
        ref=ids.token(),
        request_id=request.id,
        state=MinorState.SUSPECTED,
        signal=seen.signal,
        country=country,
        age=age.years,
        market=seen.market,
        language=seen.language,
        suspected_at=now,
        erase_after=ends(now),
    )
    session.add(case)
    session.flush()
    session.add(case.noted(now, by=by, why=seen.signal))
    return case


def ends(suspected_at: datetime) -> datetime:
    """Return the moment at which a case without an answer is erased: within the seventh business day."""
    days = calendar.current()
    return days.end_of(days.after(days.day_of(suspected_at), ANSWER_DAYS))


def extend(session: Session, case: MinorCase, units: Sequence[str], *, by: Actor) -> None:
    """Restrict units that came since, as a new order of somebody who is suspected."""
    known = set(queries.units_of(session, case.id))
    new = [unit for unit in units if unit not in known]
    now, request = clock.now(), session.get_one(PrivacyRequest, case.request_id)
    session.add_all(MinorUnit(case_id=case.id, unit=unit, since=now) for unit in new)
    locking.lock_all(session, request, new, by=by, ground=LockGround.MINOR)
    for unit in new:
        subject_id = vault.subject_of(session, unit)
        audit.record(session, by.because(case.signal), "minor.restrict", unit, subject_id=subject_id)


def ask_guardian(session: Session, case: MinorCase, email: str, keys: Keys, *, by: Actor) -> str:
    """Have a guardian asked at a mailbox; return the unit of one asked before, for the caller to destroy.

    Says `minor.guardian_asked`. Raises BadInputError for the child's own mailbox, IllegalMoveError after
    three, and for a case that is over or being erased.
    """
    if case.asked >= MOST_ASKED or case.erasure_id is not None or case.erase_after <= clock.now():
        raise IllegalMoveError("No guardian can be asked any more. Write to us.")
    own = [mailbox(session, [unit]).casefold() for unit in queries.units_of(session, case.id)]
    if email.casefold() in own:
        raise BadInputError("This is the mailbox of the order. Give that of a parent.", field="email")
    if case.state is MinorState.GUARDIAN_ASKED:
        session.add(case.noted(clock.now(), by=by, why="asked again, at another mailbox"))
    else:
        why = "asked by a mail with a link"
        session.add(case.become(MinorState.GUARDIAN_ASKED, clock.now(), by=by, why=why))
    before, case.guardian_unit = case.guardian_unit, keys.unit
    case.asked += 1
    vault.seal(session, GuardianContact(email), keys)
    audit.record(session, by, "minor.ask_guardian", f"minor:{case.id}")
    outbox.say(session, "minor.guardian_asked", case=case.id)
    return before


def resolve(session: Session, case: MinorCase, why: str, *, by: Actor) -> None:
    """End a suspicion well: its person is told by mail, and then everything is lifted by `lift_told`.

    Raises IllegalMoveError for one that is over, or whose erasure has begun.
    """
    if case.erasure_id is not None:
        raise IllegalMoveError("It is being erased already.")
    session.add(case.become(MinorState.RESOLVED, clock.now(), by=by, why=why))
    for unit in queries.units_of(session, case.id):
        subject_id = vault.subject_of(session, unit)
        audit.record(session, by.because(why), "minor.resolve", unit, subject_id=subject_id)
    request = session.get_one(PrivacyRequest, case.request_id)
    if any(one.decided_at is None for one in locks.of_request(session, request.id)):
        locking.decide(session, request, Outcome.KEPT, why, by=by)
    outbox.say(session, "minor.settled", case=case.id)


def lift_told(session: Session, case: MinorCase) -> bool:
    """Lift what a case that ended well restricted, once its person was told; False before that."""
    request = session.get_one(PrivacyRequest, case.request_id, with_for_update=True)
    held = [one for one in locks.of_request(session, request.id) if one.lifted_at is None]
    if any(one.told_at is None for one in held):
        return False
    if held:
        locking.lift(session, request, by=SYSTEM)
    close(session, case)
    return True


def close(session: Session, case: MinorCase) -> None:
    """Note on the request of a case that all was done."""
    request = session.get_one(PrivacyRequest, case.request_id)
    if request.settled_at is None:
        session.add(request.become(RequestState.FULFILLED, clock.now(), by=SYSTEM, why="answered"))


def forget(session: Session, unit: str) -> None:
    """Cut the threads of cases to a unit that was erased: a child's, or a guardian's."""
    session.execute(delete(MinorUnit).where(MinorUnit.unit == unit))
    session.execute(update(MinorCase).where(MinorCase.guardian_unit == unit).values(guardian_unit=""))
