"""Suspecting somebody to be a child, asking a guardian, lifting what was restricted; erasing is a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, gates, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.errors import BadInputError, IllegalMoveError, NotFoundError
from oms.kernel.register import Job
from oms.kernel.vault import Keys
from oms.privacy.actions import begin
from oms.privacy.clocks import calendar
from oms.privacy.copies.queries import mailbox_of
from oms.privacy.erasure import queries as erasing
from oms.privacy.locking import actions as locking
from oms.privacy.locking import queries as locks
from oms.privacy.minors import ages, queries
from oms.privacy.minors.models import MinorCase, MinorUnit
from oms.privacy.minors.personal import GuardianContact
from oms.privacy.minors.states import OF_PERSON, Evidence, Finding, MinorState, Signal, Standing
from oms.privacy.models import PrivacyRequest
from oms.privacy.states import LockGround, Outcome, RequestKind, RequestState, Source, Way

# Business days in which a guardian can answer; the erasure is done within the seventh (001-60).
ANSWER_DAYS = 6
MOST_ASKED = 3
GUARDIAN = Actor(ActorKind.GUEST, "guardian")
THEMSELVES = Actor(ActorKind.GUEST, "self")
_NO_GUARDIAN = {"guardian_unit": "", "standing": Standing.NOBODY}
_SOURCES = {Signal.SELF: Source.SCREEN, Signal.REQUEST: Source.FORM}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Who may be a child, by some of their units; how we came to think so; in which market and language.

    `proven` are those whose mailbox or account they proved; empty where staff name an order.
    """

    units: tuple[str, ...]
    signal: Signal
    market: str = "eu"
    language: str = "en"
    proven: tuple[str, ...] = ()


def prepare() -> Keys:
    """Make the key of a guardian's mailbox; before the transaction."""
    return vault.prepare(ids.new_id(), f"guardian:{ids.new_id().hex}", GuardianContact)


def suspect(session: Session, seen: Suspicion, *, by: Actor) -> MinorCase:
    """Restrict at once what somebody proved or staff named, and begin the days of the guardian.

    Who is suspected already gets no second case. Says `minor.restricted`. Raises NotFoundError where nothing
    is kept of them.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("suspected minors"))))
    wide = queries.reach(session, seen.units, seen.proven)
    units = {unit: is_own for unit, is_own in wide.items() if vault.ends(unit)}
    if not units:
        raise NotFoundError("Nothing is kept of this person any more.")
    case = queries.known(session, units, is_proven=bool(seen.proven))
    if case is None:
        case = _begun(session, seen, list(units), by)
    extend(session, case, units, by=by)
    if case.state is MinorState.SUSPECTED:
        why = "everything is locked, and what has not left waits"
        session.add(case.become(MinorState.RESTRICTED, clock.now(), by=SYSTEM, why=why))
        outbox.say(session, "minor.restricted", case=case.id)
    return case


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


def extend(session: Session, case: MinorCase, units: Mapping[str, bool], *, by: Actor) -> None:
    """Restrict units that came since, each with whether it is their own, as a new order of a suspected child.

    Whom staff accepted as a guardian is accepted anew where somebody else than the house adds something.
    """
    known = set(queries.units_of(session, case.id))
    new = [unit for unit in units if unit not in known]
    gates.shut(session, new)
    now, request = clock.now(), session.get_one(PrivacyRequest, case.request_id)
    session.add_all(MinorUnit(case_id=case.id, unit=unit, is_own=units[unit], since=now) for unit in new)
    if new and by != SYSTEM and case.standing is Standing.ACCEPTED:
        case.standing = Standing.CLAIMED
    locking.lock_all(session, request, new, by=by, ground=LockGround.MINOR)
    for unit in new:
        subject_id = vault.subject_of(session, unit)
        audit.record(session, by.because(case.signal), "minor.restrict", unit, subject_id=subject_id)


def ask_guardian(session: Session, case: MinorCase, email: str, keys: Keys, *, by: Actor) -> str:
    """Have a guardian asked at a mailbox; return the unit of one asked before, for the caller to destroy.

    Named by the person themself in their own case they may answer; anybody else waits until staff accept
    them. Says `minor.guardian_asked`. Raises BadInputError for the child's own mailbox, IllegalMoveError
    after three, and for a case that is over, being erased, or whose guardian staff have accepted.
    """
    if case.asked >= MOST_ASKED or case.erasure_id is not None or case.erase_after <= clock.now():
        raise IllegalMoveError("No guardian can be asked any more. Write to us.")
    if case.standing is Standing.ACCEPTED:
        raise IllegalMoveError("A guardian is asked already, whom we know.")
    units = queries.own_units(session, case.id)
    if email.casefold() in {mailbox_of(session, [unit], Job.ERASURE).casefold() for unit in units}:
        raise BadInputError("This is the mailbox of the order. Give that of a parent.", field="email")
    if case.state is MinorState.GUARDIAN_ASKED:
        session.add(case.noted(clock.now(), by=by, why="asked again, at another mailbox"))
    else:
        why = "asked by a mail with a link"
        session.add(case.become(MinorState.GUARDIAN_ASKED, clock.now(), by=by, why=why))
    is_theirs = by == THEMSELVES and case.signal in OF_PERSON
    case.standing = Standing.NAMED if is_theirs else Standing.CLAIMED
    before, case.guardian_unit = case.guardian_unit, keys.unit
    case.asked += 1
    vault.seal(session, GuardianContact(email), keys)
    audit.record(session, by, "minor.ask_guardian", f"minor:{case.id}")
    outbox.say(session, "minor.guardian_asked", case=case.id)
    return before


def accept_guardian(session: Session, case: MinorCase, seen: Evidence, *, by: Actor) -> None:
    """Take whoever is asked as the guardian, on evidence that staff saw and did not keep.

    Says `minor.guardian_accepted`. Raises IllegalMoveError where nobody waits for that.
    """
    waits = {Standing.CLAIMED, Standing.NAMED}
    if case.state is not MinorState.GUARDIAN_ASKED or case.erasure_id or case.standing not in waits:
        raise IllegalMoveError("No guardian waits to be accepted.")
    case.standing = Standing.ACCEPTED
    session.add(case.noted(clock.now(), by=by, why=f"guardian accepted: {seen}"))
    audit.record(session, by.because(seen), "minor.accept_guardian", f"minor:{case.id}")
    outbox.say(session, "minor.guardian_accepted", case=case.id)


def resolve(session: Session, case: MinorCase, why: str, *, by: Actor) -> None:
    """End a suspicion well: its person is told by mail, and then everything is lifted by `lift_told`.

    A guardian keeps their rights only if they said yes, or were accepted and agreed in another way; any other
    end was none of theirs, and `runs.forget_guardians` forgets them. Raises IllegalMoveError for one that is
    over, or whose erasure has begun.
    """
    if case.erasure_id is not None:
        raise IllegalMoveError("It is being erased already.")
    has_agreed = by == GUARDIAN or (why == Finding.AGREED and case.standing is Standing.ACCEPTED)
    case.standing = Standing.AGREED if has_agreed else Standing.NOBODY
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
    session.execute(update(MinorCase).where(MinorCase.guardian_unit == unit).values(**_NO_GUARDIAN))
