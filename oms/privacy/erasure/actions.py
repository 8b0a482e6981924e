"""Erasing: asked for, carried out unit by unit, certified. Any crash is finished by the next attempt.

The order for each unit is: note what there is, cancel what is open, destroy the keys, cut every thread.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.buyers.personal import MailboxCode
from oms.buyers.upkeep import actions as buyers
from oms.fulfillment import actions as fulfillment
from oms.kernel import audit, clock, gates, ids, outbox, vault
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.db import Base, reading, transaction
from oms.kernel.errors import BadInputError, IllegalMoveError
from oms.kernel.register import Basis, Job
from oms.orders import actions as orders
from oms.orders.models import Order, unit_of
from oms.orders.states import OrderState
from oms.privacy.actions import begin, end_about
from oms.privacy.arrivals import actions as arrivals
from oms.privacy.asking import queries as asking
from oms.privacy.copies import actions as copies
from oms.privacy.copies import queries as copied
from oms.privacy.erasure import queries
from oms.privacy.exports import actions as exports
from oms.privacy.locking import actions as locking
from oms.privacy.minors import actions as minors
from oms.privacy.models import PrivacyRequest, RequestUnit, Telling
from oms.privacy.parcels import queries as parcels
from oms.privacy.personal import CertificateMailbox
from oms.privacy.retention.actions import forget_order, forget_subject
from oms.privacy.states import OPEN, Because, RequestKind, RequestState, Way
from oms.privacy.telling import queries as telling
from oms.privacy.wishes import actions as wishes
from oms.web import session_rows

# Whoever erases themselves is named by nothing that two of their orders would share.
THEMSELVES = Actor(ActorKind.GUEST, "self")
# Where not the buyer, a guardian decided it, the end of their days, or staff.
_WHY = {True: "The buyer deletes their data.", False: "Its data is deleted: the buyer may be a child."}


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish to be forgotten by who has proven the units: where they read, and why, if they like to say."""

    units: tuple[str, ...]
    way: Way
    market: str
    language: str
    because: Because | None = None


def open_request(session: Session, wish: Wish) -> PrivacyRequest:
    """Write the request, verified; `carry_out` does it after the commit.

    Raises BadInputError for a way that is not open, or where there is nothing to erase; then nothing is
    written. A deletion under way about the same units is taken back for this one; all else goes on.
    """
    planned = queries.plan(session, wish.units)
    if not planned.goes:
        raise BadInputError("There is nothing left to delete.")
    if wish.way is not Way.AT_ONCE and wish.way not in planned.ways:
        raise BadInputError(
            "An order cannot be cancelled now. Let it be deleted by itself; the rest goes at once.",
            field="way",
        )
    for earlier in queries.requests_about(session, wish.units):
        if earlier.kind is RequestKind.ERASURE:
            withdraw(session, earlier)
    began = PrivacyRequest(way=wish.way, market=wish.market, language=wish.language, because=wish.because)
    request = begin(session, began, queries.countries(session, wish.units))
    at, why = request.received_at, "the mailbox is theirs"
    session.add(request.become(RequestState.VERIFIED, at, by=THEMSELVES, why=why))
    session.add_all(
        RequestUnit(
            request_id=request.id,
            unit=unit,
            subject_id=vault.subject_of(session, unit),
            was_open=unit in {unit_of(order.number) for order in planned.open_orders},
        )
        for unit in dict.fromkeys(wish.units)
    )
    audit.record(session, THEMSELVES, "privacy.erase", f"request:{request.number}")
    return request


def withdraw(session: Session, request: PrivacyRequest) -> None:
    """Take a request back: what has gone stays gone, locks end. Raises IllegalMoveError when it is done."""
    session.add(request.become(RequestState.WITHDRAWN, clock.now(), by=THEMSELVES, why="taken back"))
    session.execute(delete(RequestUnit).where(RequestUnit.request_id == request.id))
    locking.take_back(session, request)


def carry_out(request_id: int) -> bool:
    """Erase what can be erased now; return whether all is done. Safe to repeat, by one process at a time.

    Opens transactions of its own: never call it inside one.
    """
    with transaction() as guard:
        mine = func.pg_try_advisory_xact_lock(func.hashtext(f"privacy request {request_id}"))
        if not guard.scalar(select(mine)):
            return False
        return _carry_out(request_id)


def _carry_out(request_id: int) -> bool:
    units = _begin(request_id)
    if units is None:
        return False
    due: list[RequestUnit] = []
    waiting: list[RequestUnit] = []
    for row in units:
        if row.gone_at is None:
            (due if _is_ready(request_id, row) else waiting).append(row)
    if not waiting:
        _keep_mailbox(request_id, [row.unit for row in due])
    waiting += [row for row in due if not _erase(row)]
    if waiting:
        _note_answered(request_id)
        return False
    return _certify(request_id)


def _note_answered(request_id: int) -> None:
    """Note that the person was told, on the page of the request, what waits until it has arrived."""
    unanswered = (PrivacyRequest.id == request_id, PrivacyRequest.answered_at.is_(None))
    with transaction() as session:
        session.execute(update(PrivacyRequest).where(*unanswered).values(answered_at=clock.now()))


def _begin(request_id: int) -> list[RequestUnit] | None:
    with transaction() as session:
        request = session.get_one(PrivacyRequest, request_id, with_for_update=True)
        if request.state not in OPEN or request.state is RequestState.RECEIVED:
            return None
        if request.state is RequestState.VERIFIED:
            session.add(request.become(RequestState.IN_PROGRESS, clock.now(), by=SYSTEM, why="taken up"))
        return queries.units_of(session, request_id)


def _is_ready(request_id: int, row: RequestUnit) -> bool:
    """Say whether a unit may go now; an open order is cancelled first where that was asked for.

    One that late money took up since it was asked about is open again.
    """
    with transaction() as session:
        order = queries.order_of(session, parcels.whole(row.unit))
        if not row.was_open and (order is None or queries.is_finished(order)):
            return True
        session.get_one(RequestUnit, (row.request_id, row.unit)).was_open = True
        if order is None or order.state is not OrderState.PLACED:
            return order is None or queries.is_finished(order)
        way = session.scalars(select(PrivacyRequest.way).where(PrivacyRequest.id == request_id)).one()
        if way is Way.AT_ONCE:
            _cancelled(session, order, by=SYSTEM)
            return True
        if order.delivered_at is None:
            return way is Way.NOW and _cancelled(session, order)
        return order.returns_end_at is None or order.returns_end_at <= clock.now()


def _cancelled(session: Session, order: Order, by: Actor = THEMSELVES) -> bool:
    """Cancel an open order; False when it cannot be any more, and then it waits until it has arrived."""
    try:
        with session.begin_nested():
            fulfillment.cancel_order(session, order.id, by=by, why=_WHY[by == THEMSELVES])
    except IllegalMoveError:
        return False
    return True


def _keep_mailbox(request_id: int, units: Sequence[str]) -> None:
    """Keep the mailbox for the certificate, under a short key of its own, before its other keys go."""
    with reading() as session:
        request = session.get_one(PrivacyRequest, request_id)
        asked = asking.mailbox(session, request) if request.contact_unit else ""
        theirs = asked or copied.mailbox_of(session, units, Job.ERASURE)
        email = "" if request.certificate_unit else theirs
    if not email:
        return
    keys = vault.prepare(ids.new_id(), f"certificate:{ids.new_id().hex}", CertificateMailbox)
    with transaction() as session:
        vault.seal(session, CertificateMailbox(email), keys)
        mine = PrivacyRequest.id == request_id
        session.execute(update(PrivacyRequest).where(mine).values(certificate_unit=keys.unit))


def _forget_codes(unit: str) -> None:
    """Destroy the codes that the mailbox of a unit asked for: they hold the address, and are units apart."""
    with reading() as session:
        email = copied.mailbox_of(session, [unit], Job.ERASURE)
        codes = {found.unit for found in vault.find(session, MailboxCode, "email", email)} if email else set()
    for code in codes:
        vault.destroy_unit(code)


def _let_go(session: Session, unit: str, request_id: int = 0) -> bool:
    """Begin to forget as the clock does: no late payment takes up the order; False where one just did."""
    order = queries.order_of(session, unit)
    if order is None or orders.let_go(session, order.id) or queries.is_finished(order):
        return True
    way = session.scalar(select(PrivacyRequest.way).where(PrivacyRequest.id == request_id))
    return way is Way.AT_ONCE and order.state is OrderState.PLACED


def _erase(row: RequestUnit) -> bool:
    """Let a unit go; False, and nothing went, where its order needs its person again."""
    with transaction() as session:
        if not _let_go(session, row.unit, row.request_id):
            return False
        noted = session.get_one(RequestUnit, (row.request_id, row.unit))
        there = [
            one for unit in queries.with_copies(session, [row.unit]) for one in queries.going(session, unit)
        ]
        noted.fields = noted.fields or [
            f"{one.kind.name}.{field.name}" for one in there for field in one.fields
        ]
        noted.kinds = noted.kinds or [one.kind.name for one in there]
        noted.recipients = noted.recipients or queries.recipients_of(session, row.unit)
    _forget_codes(row.unit)
    for unit in parcels.related(row.unit):
        copies.drop(unit)
        exports.drop(unit)
    vault.destroy_unit(parcels.whole(row.unit), kinds=parcels.kinds(row.unit))
    with transaction() as session:
        _cut(session, row)
        session.get_one(RequestUnit, (row.request_id, row.unit)).gone_at = clock.now()
    return True


def _cut(session: Session, row: RequestUnit) -> None:
    """Cut every thread from a unit to its person: the order's or account's own, sessions, ledger, audit."""
    gates.shut(session, [row.unit])
    sort, _colon, name = row.unit.partition(":")
    order = queries.order_of(session, row.unit)
    if order is not None:
        forget_order(session, order.id)
    if sort == "account":
        buyers.forget_account(session, int(name))
        orders.forget_buyer(session, int(name))
        _forget_deeds(session, name)
    end_about(session, row.unit)
    wishes.forget(session, row.unit)
    arrivals.forget(session, row.unit)
    locking.forget(session, row.unit)
    minors.forget(session, row.unit)
    session_rows.end_about(session, row.unit, name if order is not None else row.unit)
    if row.subject_id is not None:
        forget_subject(session, row.subject_id)


def _forget_deeds(session: Session, buyer_id: str) -> None:
    """Let go of the account's number wherever a history says who did something."""
    for table in Base.metadata.sorted_tables:
        if {"by_kind", "by_id"} <= set(table.c.keys()):
            theirs = (table.c.by_kind == str(ActorKind.BUYER), table.c.by_id == buyer_id)
            session.execute(update(table).where(*theirs).values(by_id=""))


def _certify(request_id: int) -> bool:
    """Write what went and what stays, let go of the units, and say so: to the person and to recipients."""
    with transaction() as session:
        request = session.get_one(PrivacyRequest, request_id, with_for_update=True)
        rows = queries.units_of(session, request_id)
        if request.state is not RequestState.IN_PROGRESS or any(row.gone_at is None for row in rows):
            return False
        found = [order for row in rows if (order := queries.order_of(session, parcels.whole(row.unit)))]
        ours = [order for row in rows if (order := queries.order_of(session, row.unit))]
        kept = queries.stays(session, ours)
        request.certificate = _certificate(rows, kept)
        leads_on = any(stay.basis is Basis.LEGITIMATE_INTEREST for stay in kept)
        state = RequestState.PARTLY_REFUSED if leads_on else RequestState.FULFILLED
        session.add(request.become(state, clock.now(), by=SYSTEM, why="carried out"))
        for name in dict.fromkeys(name for row in rows for name in row.recipients):
            refs, not_before = telling.wanted(session, name, found)
            row = {"request_id": request.id, "recipient": name, "asked_at": clock.now()}
            new = insert(Telling).values(**row, refs=refs, not_before=not_before)
            session.execute(new.on_conflict_do_nothing())
            outbox.say(session, "privacy.tell", request=request.id, recipient=name.replace(" ", "_"))
        session.execute(delete(RequestUnit).where(RequestUnit.request_id == request_id))
        outbox.say(session, "privacy.erased", request=request.id)
    return True


def _certificate(rows: Sequence[RequestUnit], kept: Sequence[queries.Stay]) -> dict[str, Any]:
    """Return what the certificate says; counts alone, so that it joins no two orders."""
    return {
        "kinds": dict(sorted(Counter(name for row in rows for name in row.kinds).items())),
        "fields": dict(sorted(Counter(name for row in rows for name in row.fields).items())),
        "units": dict(sorted(Counter(row.unit.partition(":")[0] for row in rows).items())),
        "stays": [[stay.what, stay.why, stay.until.isoformat()] for stay in kept],
    }
