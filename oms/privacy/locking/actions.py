"""Locking what somebody disputes, deciding, and lifting once they were told (GDPR, article 18)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, gates, outbox, vault
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.db import reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError, NotFoundError
from oms.kernel.register import KINDS
from oms.kernel.vault import Apart
from oms.orders import actions as agreement
from oms.orders import queries as orders
from oms.orders.states import OrderState
from oms.privacy.actions import begin
from oms.privacy.locking import queries
from oms.privacy.locking.models import Restriction
from oms.privacy.models import PrivacyRequest, RequestUnit
from oms.privacy.states import (
    OF_OBJECTION,
    LockGround,
    Outcome,
    RequestKind,
    RequestState,
    Source,
    Told,
    Way,
)

_HELD = "The buyer asks to keep their data unused: do not send before the request is decided."
_HELD_FOR_A_CHILD = "The buyer may be a child: do not send before a guardian has answered."


@dataclass(frozen=True, slots=True)
class Disputed:
    """One field of one record that its person disputes, and on which ground; where it is to stand apart."""

    unit: str
    kind: str
    field: str
    ground: LockGround
    apart: Apart | None = None


def prepare(wanted: Disputed) -> Disputed:
    """Make and lock the keys of a field that its record can do without; before the transaction.

    A field that is needed, as a street, stays where it is: it is locked with its record.
    """
    kind = KINDS.get(wanted.kind)
    apart = vault.prepare_apart(wanted.unit, kind, wanted.field) if kind is not None else None
    return replace(wanted, apart=apart)


def ask(session: Session, wanted: Disputed, market: str, language: str, *, by: Actor) -> PrivacyRequest:
    """Lock a field at once and write the request that the desk decides; the caller knows it is theirs.

    Locked alone where `prepare` made it a key, else with its record. Raises NotFoundError for what is not
    there, IllegalMoveError for what is locked.
    """
    there = {(unit, kind.name): kind for unit, kind in queries.lockable([wanted.unit])}
    kind = there.get((wanted.unit, wanted.kind))
    if kind is None or wanted.field not in kind.names():
        raise NotFoundError
    gates.shut(session, [wanted.unit])
    _alone(session, wanted.unit)
    alone = queries.live(session, wanted.unit, wanted.kind, wanted.field)
    if alone is not None or queries.live(session, wanted.unit, wanted.kind) is not None:
        raise IllegalMoveError("This is locked already.")
    began = PrivacyRequest(
        kind=RequestKind.RESTRICTION, source=Source.SCREEN, way=Way.LATER, market=market, language=language
    )
    request = begin(session, began, [])
    subject_id = vault.subject_of(session, wanted.unit)
    session.add(RequestUnit(request_id=request.id, unit=wanted.unit, subject_id=subject_id, was_open=False))
    for state, why in (
        (RequestState.VERIFIED, "the mailbox is theirs"),
        (RequestState.IN_PROGRESS, "taken up"),
    ):
        session.add(request.become(state, clock.now(), by=by, why=why))
    lock(session, request, [wanted], by=by)
    return request


def object_to(session: Session, request: PrivacyRequest, units: Sequence[str], *, by: Actor) -> None:
    """Stop what rests on our interest alone for somebody, at once and until it is decided (article 21(1)).

    No key is locked and no order waits: what is needed goes on.
    """
    gates.shut(session, units)
    for unit in units:
        session.add(
            Restriction(
                request_id=request.id,
                unit=unit,
                kind=queries.NEWS,
                field="",
                ground=LockGround.OBJECTION,
                since=clock.now(),
            )
        )
        audit.record(session, by, "privacy.object.news", unit, subject_id=vault.subject_of(session, unit))
    session.flush()


def take_back(session: Session, request: PrivacyRequest) -> None:
    """Let go of what a person takes back: an objection is gone, a lock ends, and its order goes on.

    They know of it themselves. Says `privacy.let_go`; the keys follow the commit, by `unlock`.
    """
    session.execute(
        delete(Restriction).where(Restriction.request_id == request.id, Restriction.kind == queries.NEWS)
    )
    held, now = [one for one in queries.of_request(session, request.id) if one.lifted_at is None], clock.now()
    for one in held:
        one.outcome, one.why, one.told_how = Outcome.TAKEN_BACK, "taken back", Told.THEMSELVES
        one.decided_at = one.told_at = one.lifted_at = now
    _let_go(session, request, held, by=SYSTEM)


def lock_all(
    session: Session,
    request: PrivacyRequest,
    units: Sequence[str],
    *,
    by: Actor,
    ground: LockGround = LockGround.WRONG,
) -> None:
    """Lock everything of some units, as a request in words asks that names no field.

    Also what another request has locked already: it stays locked as long as any of them holds it.
    """
    gates.shut(session, units)
    for unit, kind in queries.lockable(sorted(units)):
        if not queries.has_locked(session, request.id, unit, kind.name):
            lock(session, request, [Disputed(unit, kind.name, "", ground)], by=by)


def _alone(session: Session, unit: str) -> None:
    """Let nobody else lock or unlock a unit before the end of this transaction."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"locks of {unit}"))))


def lock(session: Session, request: PrivacyRequest, wanted: Sequence[Disputed], *, by: Actor) -> None:
    """Lock records; the keys at once, below the code, and what is about to be sent waits.

    Nothing waits for a field that stands apart: it is missing, and the rest is used.
    """
    gates.shut(session, {one.unit for one in wanted})
    for one in wanted:
        _alone(session, one.unit)
        if one.apart is None:
            vault.lock(one.unit, one.kind)
        else:
            vault.set_apart(session, one.apart)
            # An earlier lock of the same field may have ended since it was prepared, and this key with it.
            vault.lock(one.unit, KINDS[one.kind].apart(one.field))
        held = Restriction(
            request_id=request.id,
            unit=one.unit,
            kind=one.kind,
            field=one.field,
            is_apart=one.apart is not None,
            ground=one.ground,
            since=clock.now(),
            hold_id=_hold(session, one.unit, one.ground) if one.apart is None else None,
        )
        session.add(held)
        audit.record(session, by, "privacy.lock", one.unit, fields=(held.about,))
    session.flush()


def _hold(session: Session, unit: str, ground: LockGround) -> int | None:
    """Make an order wait, once for each reason however many records of it are locked."""
    sort, _colon, number = unit.partition(":")
    order = orders.by_number(session, number) if sort == "order" else None
    if order is None or order.state is not OrderState.PLACED:
        return None
    why = _HELD_FOR_A_CHILD if ground is LockGround.MINOR else _HELD
    for held in orders.open_holds(session, order.id):
        if held.why == why:
            return held.id
    made = agreement.hold(session, order.id, why, by=SYSTEM)
    session.flush()
    return made.id


def hold_placed(session: Session, unit: str) -> None:
    """Make an order wait that was locked before it was paid for."""
    for one in queries.holding(session, unit):
        one.hold_id = one.hold_id or _hold(session, unit, one.ground)


def _let_go(session: Session, request: PrivacyRequest, held: Sequence[Restriction], *, by: Actor) -> None:
    """Let orders go on that nothing holds any more, and have the keys follow. Says `privacy.let_go`."""
    session.flush()
    for unit in dict.fromkeys(one.unit for one in held):
        still = {one.hold_id for one in queries.holding(session, unit)}
        ended = {one.hold_id for one in held if one.unit == unit and one.hold_id is not None} - still
        for hold_id in sorted(filter(None, ended)):
            agreement.lift_hold(session, hold_id, by=by)
    if any(one.kind in KINDS for one in held):
        outbox.say(session, "privacy.let_go", request=request.id)


def decide(session: Session, request: PrivacyRequest, outcome: Outcome, why: str, *, by: Actor) -> None:
    """Note what becomes of what a request locked; its person is told first. Says `privacy.lock_decided`.

    Raises BadInputError without a reason or with an outcome of another sort, IllegalMoveError where nothing
    waits for a decision.
    """
    if (outcome in OF_OBJECTION) is not (request.kind is RequestKind.OBJECTION):
        raise BadInputError("This is no answer to what was asked.", field="outcome")
    if not why.strip():
        raise BadInputError("Say why. Its person reads it.", field="why")
    waiting = [one for one in queries.of_request(session, request.id) if one.decided_at is None]
    if not waiting:
        raise IllegalMoveError("Nothing of this request waits for a decision.")
    for one in waiting:
        one.outcome, one.why, one.decided_at = outcome, why.strip(), clock.now()
    audit.record(session, by, f"privacy.lock.{outcome}", f"request:{request.number}")
    outbox.say(session, "privacy.lock_decided", request=request.id)


def note_told(request_id: int, how: Told = Told.MAIL) -> None:
    """Note that the person of a request has been told, in the keyring first: now it can be lifted.

    Whom no mail reaches is told on the page of their data; `how` says which. Opens transactions of its own:
    never call it inside one.
    """
    with transaction() as session:
        for one in queries.of_request(session, request_id):
            if one.decided_at is not None and one.told_at is None:
                if one.kind in KINDS:
                    vault.note_told(one.unit, one.called)
                one.told_at, one.told_how = clock.now(), how


def lift(session: Session, request: PrivacyRequest, *, by: Actor) -> None:
    """Lift what a request locked, and let its order go on; what another one holds too stays locked.

    Says `privacy.let_go`; the keys follow the commit, by `unlock`: what is refused here opens nothing. Raises
    IllegalMoveError before they were told.
    """
    held = queries.pending(queries.of_request(session, request.id))
    if not held or any(one.told_at is None for one in held):
        raise IllegalMoveError("Its person has to be told first; the mail is on its way.")
    for one in held:
        one.lifted_at = clock.now()
        audit.record(session, by, "privacy.lift", one.unit, fields=(one.about,))
    _let_go(session, request, held, by=by)


def unlock(request_id: int) -> int:
    """Have the keyring let out what a request has let go of and no other holds; return how many keys.

    What stood apart goes back into its record. Safe to repeat. Opens transactions of its own: never call it
    inside one.
    """
    with reading() as session:
        ended = [one for one in queries.let_go(session, request_id) if one.kind in KINDS]
    count = 0
    for one in ended:
        with transaction() as session:
            _alone(session, one.unit)
            if queries.live(session, one.unit, one.kind, one.apart) is None:
                # The shop's own rows say that each of them was told, or took it back.
                vault.note_told(one.unit, one.called)
                count += vault.lift(one.unit, one.called)
                if one.apart:
                    vault.put_back(session, one.unit, KINDS[one.kind], one.apart)
    return count


def forget(session: Session, unit: str) -> None:
    """Let go of the locks of a unit that was erased: there is nothing left to lock."""
    session.execute(delete(Restriction).where(Restriction.unit == unit))


def lock_again() -> int:
    """Lock anew what a restore of the keyring let out; return how many keys."""
    with reading() as session:
        held = [one for one in queries.all_live(session) if one.kind in KINDS]
    count = 0
    for one in held:
        with transaction() as session:
            _alone(session, one.unit)
            if queries.live(session, one.unit, one.kind, one.apart) is not None:
                count += vault.lock(one.unit, one.called)
    return count
