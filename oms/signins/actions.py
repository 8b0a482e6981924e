"""Keeping a sign-in, telling of an unusual one, taking its person's answer; raising and ending alerts."""

import logging
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from oms.kernel import audit, clock, outbox
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import ConflictError, NotFoundError, RefusedError
from oms.signins import queries
from oms.signins.judging import TIDE, WAVES, reasons
from oms.signins.models import SignIn, SignInAlert
from oms.signins.queries import Visit
from oms.signins.states import AlertKind, Answer, How
from oms.web.budgets import Attempt

AGAIN_AFTER = timedelta(hours=1)
MOST_TOLD = 5

log = logging.getLogger(__name__)


def arrive(session: Session, person: str, how: How, visit: Visit, attempt: Attempt | None = None) -> SignIn:
    """Keep that somebody's password or code was right, and judge it; give `attempt` for a password.

    Nobody is in before `finish`. Says `sign_in.unusual` for a sign-in with reasons, so that its person hears
    of it; whoever knows the password and tries on and on fills no mailbox. Staff raise an alert, too.
    """
    found = reasons(queries.signals(session, person, visit, attempt))
    row = SignIn(
        person=person,
        at=clock.now(),
        how=how,
        agent=visit.browser,
        country=visit.country,
        place=visit.place(person),
        area=visit.area(person),
        reasons=sorted(found),
        answer=Answer.NONE,
    )
    is_told = bool(found) and _may_be_told(session, row)
    session.add(row)
    session.flush()
    if is_told:
        outbox.say(session, "sign_in.unusual", sign_in=row.id)
        if person.startswith("staff:"):
            session.add(SignInAlert(at=row.at, kind=AlertKind.STAFF, person=person))
    return row


def finish(session: Session, sign_in_id: int, person: str) -> None:
    """Note that the person of a sign-in is in; does nothing where it is of somebody else, or gone."""
    found = session.get(SignIn, sign_in_id, with_for_update=True)
    if found is not None and found.person == person:
        found.finished_at = found.finished_at or clock.now()


def answer(session: Session, sign_in_id: int, said: Answer) -> None:
    """Keep what its person says of a sign-in, once; raises ConflictError the second time.

    What was not theirs raises an alert, and its place is known no longer.
    """
    found = session.get_one(SignIn, sign_in_id, with_for_update=True)
    if found.answer is not Answer.NONE:
        raise ConflictError("You have answered already.")
    found.answer, found.answered_at = said, clock.now()
    if said is Answer.NOT_MINE:
        session.add(SignInAlert(at=clock.now(), kind=AlertKind.NOT_MINE, person=found.person))


def watch(session: Session) -> bool:
    """Raise an alert while somebody tries many passwords, once an hour; return whether one was raised."""
    failures, now = queries.wave(session, (*WAVES, TIDE)), clock.now()
    lately = select(SignInAlert.id).where(
        SignInAlert.kind == AlertKind.WAVE, SignInAlert.at > now - AGAIN_AFTER
    )
    if not failures or session.scalar(lately.limit(1)) is not None:
        return False
    session.add(SignInAlert(at=now, kind=AlertKind.WAVE, failures=failures))
    audit.record(session, SYSTEM, "sign_in.wave", "sign-ins")
    log.warning("many wrong passwords from many places")
    return True


def see_to(session: Session, alert_id: int, *, by: Actor) -> None:
    """Note that somebody looked into an alert. Raises RefusedError for whom it is about, NotFoundError."""
    found = session.get(SignInAlert, alert_id, with_for_update=True)
    if found is None or found.seen_at is not None:
        raise NotFoundError("There is no such alert.")
    if found.person == f"{by.kind}:{by.id}":
        raise RefusedError("Somebody else has to look into an alert about you.")
    found.seen_at, found.seen_by = clock.now(), by.id
    audit.record(session, by, "sign_in.alert_seen", found.person or "sign-ins")


def forget(session: Session, person: str) -> None:
    """Forget every sign-in of somebody, and what it raised."""
    for table in (SignIn, SignInAlert):
        session.execute(delete(table).where(table.person == person))


def _may_be_told(session: Session, row: SignIn) -> bool:
    lately = (SignIn.person == row.person, SignIn.at > row.at - AGAIN_AFTER, SignIn.reasons != [])
    here = func.count().filter(SignIn.place == row.place)
    told, at_place = session.execute(select(func.count(), here).where(*lately)).one()
    return not at_place and int(told) < MOST_TOLD
