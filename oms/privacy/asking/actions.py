"""Taking a request in words, proving who asks, answering, refusing; staff see no more than they must."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.errors import BadInputError, IllegalMoveError, RefusedError
from oms.kernel.register import OWNED
from oms.kernel.vault import Keys
from oms.privacy.actions import begin
from oms.privacy.asking import queries
from oms.privacy.asking.grounds import REASONS
from oms.privacy.asking.models import Refusal, Withholding
from oms.privacy.asking.personal import RequestContact, RequestWords
from oms.privacy.clocks import queries as clocks
from oms.privacy.copies import actions as copies
from oms.privacy.erasure import queries as erasing
from oms.privacy.locking import actions as locking
from oms.privacy.locking import queries as locks
from oms.privacy.minors import actions as minors
from oms.privacy.minors.actions import Suspicion
from oms.privacy.minors.states import Signal
from oms.privacy.models import PrivacyRequest, RequestUnit
from oms.privacy.states import OPEN, Because, Ground, Outcome, RequestKind, RequestState, Source, Way

MOST_TRIES = 5
_THEMSELVES = Actor(ActorKind.GUEST, "self")


@dataclass(frozen=True, slots=True)
class Asked:
    """What came in: from which mailbox, what for, how, in which words, market and language, and why."""

    email: str = field(repr=False)
    kind: RequestKind
    source: Source
    words: str = field(repr=False, default="")
    market: str = "eu"
    language: str = "en"
    because: Because | None = None


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a request is refused: a ground, the evidence, and the fields where only those are kept back."""

    ground: Ground
    evidence: str = field(repr=False)
    fields: tuple[str, ...] = ()


def prepare() -> Keys:
    """Make the keys of a request's mailbox and words; before the transaction."""
    return vault.prepare(ids.new_id(), f"request:{ids.new_id().hex}", RequestContact, RequestWords)


def receive(session: Session, asked: Asked, keys: Keys, *, by: Actor) -> PrivacyRequest:
    """Write a request; the clock runs from now. Says `privacy.asked`: the mailbox is to prove itself.

    Whether anything is known of the mailbox plays no part in it, so that nobody learns it from us.
    """
    began = PrivacyRequest(
        kind=asked.kind,
        source=asked.source,
        way=Way.LATER,
        market=asked.market,
        language=asked.language,
        contact_unit=keys.unit,
        because=asked.because if asked.kind is RequestKind.ERASURE else None,
    )
    request = begin(session, began, [])
    vault.seal_all(session, [RequestContact(asked.email), RequestWords(text=asked.words)], keys)
    audit.record(session, by, f"privacy.asked.{asked.kind}", f"request:{request.number}")
    outbox.say(session, "privacy.asked", request=request.id)
    return request


def verify(session: Session, request: PrivacyRequest, units: Sequence[str], fact: str = "") -> bool:
    """Prove a request: its mailbox among the proven units, one order fact where harm could be done (001-41).

    Keep the transaction in both cases: each try counts. False where the fact is wrong; nothing of it is kept.
    Raises RefusedError without the mailbox or after five tries, IllegalMoveError when it is proven already.
    """
    if request.state is not RequestState.RECEIVED:
        raise IllegalMoveError("This request is proven already.")
    if not request.contact_unit or request.contact_unit not in units:
        raise RefusedError("Prove the mailbox of this request first.")
    if request.tries >= MOST_TRIES:
        raise RefusedError("That was tried too often. Ask anew, or write to us.")
    theirs = [unit for unit in dict.fromkeys(units) if unit.partition(":")[0] in OWNED]
    if queries.needs_fact(session, request.kind, theirs) and not queries.is_fact(session, theirs, fact):
        request.tries += 1
        return False
    _take_up(session, request, theirs)
    proceed(session, request)
    return True


def _take_up(session: Session, request: PrivacyRequest, units: Sequence[str]) -> None:
    now = clock.now()
    planned = erasing.plan(session, units)
    still_open = {order.number for order in planned.open_orders}
    request.way = Way.LATER if still_open else Way.NOW
    know_law(session, request, units)
    session.add(request.become(RequestState.VERIFIED, now, by=_THEMSELVES, why="the mailbox is theirs"))
    session.add_all(
        RequestUnit(
            request_id=request.id,
            unit=unit,
            subject_id=vault.subject_of(session, unit),
            was_open=unit.partition(":")[2] in still_open,
        )
        for unit in units
    )
    audit.record(session, SYSTEM, "privacy.proven", f"request:{request.number}")
    session.flush()


def know_law(session: Session, request: PrivacyRequest, units: Sequence[str]) -> None:
    """Answer by the law of where the orders went, now that it is known; never later than was promised."""
    countries = erasing.countries(session, units)
    if countries:
        due = clocks.dates(request.received_at, countries)
        request.regime, request.legal_by = due.regime, due.legal_by
        request.target_by = min(request.target_by, due.target_by)
        request.answer_by = min(request.answer_by, due.answer_by)


def proceed(session: Session, request: PrivacyRequest) -> None:
    """Go on with a proven request as far as it goes by itself; the rest waits for staff.

    Who says to be a child is restricted at once; what a guardian says of a child is for staff to look up. An
    erasure is carried out by `erasure.actions.carry_out` after the commit, a copy is made by `asking.runs`.
    What there is to see is open to whoever proved the mailbox: nobody at the desk ever sees it.
    """
    refusal = queries.refusal(session, request.id)
    if request.kind is RequestKind.COPY:
        outbox.say(session, "privacy.copy_wanted", request=request.id)
    if request.state is not RequestState.VERIFIED or (refusal and refusal.is_pending):
        return
    if not erasing.units_of(session, request.id) and request.kind is not RequestKind.GUARDIAN:
        _close(session, request, Refusal(ground=Ground.NO_MATCH), by=SYSTEM)
    elif refusal is not None:
        _close(session, request, refusal, by=SYSTEM)
    elif request.kind is not RequestKind.ERASURE:
        session.add(request.become(RequestState.IN_PROGRESS, clock.now(), by=SYSTEM, why="taken up"))
        if request.kind is RequestKind.RESTRICTION:
            theirs = [row.unit for row in erasing.units_of(session, request.id)]
            locking.lock_all(session, request, theirs, by=_THEMSELVES)
        if request.kind is RequestKind.OBJECTION:
            theirs = [row.unit for row in erasing.units_of(session, request.id)]
            locking.object_to(session, request, theirs, by=_THEMSELVES)
        if request.kind is RequestKind.MINOR:
            theirs = [row.unit for row in erasing.units_of(session, request.id)]
            mine = tuple(theirs)
            seen = Suspicion(mine, Signal.REQUEST, request.market, request.language, proven=mine)
            minors.suspect(session, seen, by=_THEMSELVES)
        if request.kind in {RequestKind.ACCESS, RequestKind.MINOR}:
            answer(session, request, by=SYSTEM)


def answer(session: Session, request: PrivacyRequest, *, by: Actor) -> None:
    """Note that all was done. Says `privacy.answered`. Raises IllegalMoveError too early."""
    if request.kind is RequestKind.ERASURE:
        raise IllegalMoveError("A deletion is answered by its certificate.")
    if request.kind is RequestKind.COPY:
        raise IllegalMoveError("A copy is answered by its file, which is made by itself.")
    held = locks.of_request(session, request.id)
    if locks.pending(held):
        raise IllegalMoveError("What this request locked has to be decided and lifted first.")
    is_rejected = any(one.outcome is Outcome.REJECTED for one in held)
    _settle(session, request, RequestState.PARTLY_REFUSED if is_rejected else RequestState.FULFILLED, by)


def end_copy(session: Session, request: PrivacyRequest, *, has_file: bool) -> None:
    """Answer with the file that is there, or end what was deleted before one was made."""
    refusal = queries.refusal(session, request.id)
    done = RequestState.PARTLY_REFUSED if refusal and refusal.fields else RequestState.FULFILLED
    _settle(session, request, done if has_file else RequestState.WITHDRAWN, SYSTEM)


def object_from_page(
    session: Session, units: Sequence[str], market: str, language: str, *, by: Actor
) -> PrivacyRequest:
    """Take an objection from somebody whose mailbox is proven: it holds with the commit; the desk decides.

    Raises IllegalMoveError while one holds, or where nothing of theirs is kept.
    """
    theirs = [unit for unit in dict.fromkeys(units) if unit.partition(":")[0] in OWNED]
    if not theirs or locks.objection(session, theirs) is not None:
        raise IllegalMoveError("You objected already, or there is nobody to write to.")
    began = PrivacyRequest(
        kind=RequestKind.OBJECTION, source=Source.SCREEN, way=Way.LATER, market=market, language=language
    )
    request = begin(session, began, [])
    audit.record(session, by, "privacy.asked.objection", f"request:{request.number}")
    _take_up(session, request, theirs)
    proceed(session, request)
    return request


def refuse(session: Session, request: PrivacyRequest, denial: Denial, *, by: Actor) -> Refusal:
    """Refuse a request, whole or in part; bad faith waits for a second reviewer (001-54).

    Raises BadInputError without evidence, without the fields of a ground that is partial only, or for fields
    that no copy holds; IllegalMoveError for a request that is done.
    """
    _check(request, denial)
    refusal = queries.refusal(session, request.id) or Refusal(request_id=request.id)
    refusal.ground, refusal.fields = denial.ground, list(denial.fields)
    refusal.proposed_by, refusal.proposed_at = by.id, clock.now()
    refusal.reviewed_by, refusal.reviewed_at = "", None
    about = f"request:{request.number}"
    audit.record(session, by.because(denial.evidence), f"privacy.refuse.{denial.ground}", about)
    if denial.ground is not Ground.BAD_FAITH:
        refusal.reviewed_at = clock.now()
    session.add(refusal)
    session.flush()
    copies.give_up(session, request.id)
    if not refusal.is_pending:
        _take_effect(session, request, refusal, by=by)
    return refusal


def _check(request: PrivacyRequest, denial: Denial) -> None:
    if request.state not in OPEN:
        raise IllegalMoveError("This request is done.")
    if not denial.evidence.strip():
        raise BadInputError("Say what shows it. Who reviews the refusal reads it.", field="evidence")
    if REASONS[denial.ground].is_partial_only and not denial.fields:
        raise BadInputError("This ground keeps single fields back. Choose which.", field="fields")
    if not set(denial.fields) <= set(queries.fields()):
        raise BadInputError("There is no such field.", field="fields")
    if denial.fields and request.kind not in {RequestKind.ACCESS, RequestKind.COPY}:
        raise BadInputError("Only a copy can leave single fields out.", field="fields")


def review(session: Session, request: PrivacyRequest, *, agrees: bool, by: Actor) -> None:
    """Agree to a refusal, or throw it out so that the request goes on.

    Raises RefusedError for who proposed it, IllegalMoveError where there is nothing to review.
    """
    refusal = queries.refusal(session, request.id)
    if refusal is None or not refusal.is_pending:
        raise IllegalMoveError("There is no refusal to review.")
    if refusal.proposed_by == by.id:
        raise RefusedError("Somebody else has to review what you proposed.")
    audit.record(session, by, f"privacy.review.{'yes' if agrees else 'no'}", f"request:{request.number}")
    if not agrees:
        session.delete(refusal)
        session.flush()
        proceed(session, request)
        return
    refusal.reviewed_by, refusal.reviewed_at = by.id, clock.now()
    session.flush()
    _take_effect(session, request, refusal, by=by)


def _take_effect(session: Session, request: PrivacyRequest, refusal: Refusal, *, by: Actor) -> None:
    """Close what is refused whole; what is refused in part goes on, and waits for its proof where need be."""
    if not refusal.fields or request.state is not RequestState.RECEIVED:
        _close(session, request, refusal, by=by)


def _close(session: Session, request: PrivacyRequest, refusal: Refusal, *, by: Actor) -> None:
    if refusal.request_id is None:
        now = clock.now()
        refusal.request_id, refusal.proposed_by = request.id, by.id
        refusal.proposed_at = refusal.reviewed_at = now
        session.add(refusal)
    if not refusal.fields:
        if request.state is RequestState.IN_PROGRESS:
            _settle(session, request, RequestState.PARTLY_REFUSED, by)
        else:
            _settle(session, request, RequestState.REFUSED, by)
        return
    units = erasing.units_of(session, request.id)
    for row in units:
        for name in refusal.fields:
            kept = {"unit": row.unit, "field": name, "ground": refusal.ground, "at": clock.now()}
            session.execute(insert(Withholding).values(**kept).on_conflict_do_nothing())
    if request.state is RequestState.VERIFIED:
        session.add(request.become(RequestState.IN_PROGRESS, clock.now(), by=by, why="taken up"))
    if request.kind is RequestKind.COPY:
        outbox.say(session, "privacy.copy_wanted", request=request.id)
    else:
        _settle(session, request, RequestState.PARTLY_REFUSED, by)


def _settle(session: Session, request: PrivacyRequest, state: RequestState, by: Actor) -> None:
    session.add(request.become(state, clock.now(), by=by, why="answered"))
    session.execute(delete(RequestUnit).where(RequestUnit.request_id == request.id))
    audit.record(session, by, f"privacy.{state}", f"request:{request.number}")
    outbox.say(session, "privacy.answered", request=request.id)
