"""Raising an alert within a minute, once an hour for each; and seeing to it."""

import logging

from sqlalchemy.orm import Session

from oms.kernel import audit, clock
from oms.kernel.audit import SYSTEM, Actor
from oms.kernel.errors import NotFoundError, RefusedError
from oms.privacy.watching import queries
from oms.privacy.watching.models import Alert

log = logging.getLogger(__name__)


def watch(session: Session, most: int) -> int:
    """Raise an alert for everybody who looked at more than `most` people within an hour; return how many."""
    now, raised = clock.now(), 0
    for actor_id, units in queries.looks(session, now, most).items():
        if queries.alerted_since(session, actor_id, now - queries.WINDOW):
            continue
        session.add(Alert(at=now, actor_id=actor_id, units=units))
        audit.record(session, SYSTEM, "privacy.alert", f"staff:{actor_id}")
        log.warning("staff:%s looked at %s people within an hour", actor_id, units)
        raised += 1
    return raised


def see_to(session: Session, alert_id: int, *, by: Actor) -> None:
    """Note that somebody looked into an alert. Raises RefusedError for whom it is about, NotFoundError."""
    found = session.get(Alert, alert_id, with_for_update=True)
    if found is None or found.seen_at is not None:
        raise NotFoundError("There is no such alert.")
    if found.actor_id == by.id:
        raise RefusedError("Somebody else has to look into an alert about you.")
    found.seen_at, found.seen_by = clock.now(), by.id
    audit.record(session, by, "privacy.alert_seen", f"staff:{found.actor_id}")
