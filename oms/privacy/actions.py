"""What every request begins with, and what staff note of telling the recipients."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, ids
from oms.kernel.audit import SYSTEM, Actor, ActorKind
from oms.kernel.errors import IllegalMoveError, NotFoundError
from oms.privacy.clocks import queries as clocks
from oms.privacy.models import PrivacyRequest, RequestEvent, RequestUnit, Telling
from oms.privacy.states import OPEN, RequestKind, RequestState


def begin(session: Session, request: PrivacyRequest, countries: Sequence[str]) -> PrivacyRequest:
    """Write a request as received now: its number, its page, and when people of `countries` are answered."""
    now = clock.now()
    due = clocks.dates(now, countries)
    request.number, request.ref = ids.order_number(), ids.token()
    request.state, request.received_at = RequestState.RECEIVED, now
    request.regime, request.legal_by = due.regime, due.legal_by
    request.target_by, request.answer_by = due.target_by, due.answer_by
    session.add(request)
    session.flush()
    state, by_kind = RequestState.RECEIVED, ActorKind.GUEST
    session.add(RequestEvent(request_id=request.id, state=state, at=now, by_kind=by_kind, why="asked"))
    return request


def end_about(session: Session, unit: str) -> None:
    """Let go of what was asked about a unit that has gone; a request about nothing more is over.

    Deletions end by their certificate.
    """
    theirs = (RequestUnit.unit == unit, PrivacyRequest.kind != RequestKind.ERASURE)
    chosen = select(RequestUnit, PrivacyRequest).join(
        PrivacyRequest, PrivacyRequest.id == RequestUnit.request_id
    )
    for row, request in session.execute(chosen.where(*theirs, PrivacyRequest.state.in_(OPEN))).all():
        session.delete(row)
        session.flush()
        left = select(RequestUnit.unit).where(RequestUnit.request_id == request.id).limit(1)
        if session.scalar(left) is None:
            why = "its data is deleted"
            session.add(request.become(RequestState.WITHDRAWN, clock.now(), by=SYSTEM, why=why))


def note_told(session: Session, request: PrivacyRequest, recipient: str, *, by: Actor) -> Telling:
    """Note that a recipient was told to forget somebody too; again, the first day stays.

    Raises NotFoundError when this request does not oblige us to tell them, IllegalMoveError while a refund
    or a dispute may still need what they know.
    """
    row = session.get(Telling, (request.id, recipient), with_for_update=True)
    if row is None:
        raise NotFoundError("Nobody of this name has to be told.")
    if row.not_before is not None and row.not_before > clock.now():
        raise IllegalMoveError("Not yet: a refund or a dispute may need it until the day that is shown.")
    if row.told_at is None:
        row.told_at = clock.now()
        audit.record(session, by, "privacy.told", f"request:{request.number}")
    return row
