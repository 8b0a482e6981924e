"""Who looked at how many people lately, by the audit; and the alerts that wait."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from oms.kernel.audit import ActorKind, AuditEntry
from oms.privacy.watching.models import Alert

WINDOW = timedelta(hours=1)
LOOK = "vault.open"


def looks(session: Session, now: datetime, most: int) -> dict[str, int]:
    """Return who at the desk opened more than `most` units in the last hour, and how many."""
    count = func.count(AuditEntry.about.distinct())
    is_look = (AuditEntry.actor_kind == ActorKind.STAFF, AuditEntry.verb == LOOK)
    theirs = (*is_look, AuditEntry.at > now - WINDOW)
    many = (
        select(AuditEntry.actor_id, count).where(*theirs).group_by(AuditEntry.actor_id).having(count > most)
    )
    return {row[0]: row[1] for row in session.execute(many)}


def alerts(session: Session) -> list[Alert]:
    """Return the alerts that nobody has seen to, the newest first."""
    return list(session.scalars(select(Alert).where(Alert.seen_at.is_(None)).order_by(Alert.id.desc())))


def alerted_since(session: Session, actor_id: str, since: datetime) -> bool:
    """Say whether somebody's looks raised an alert since a moment."""
    return bool(session.scalar(select(Alert.id).where(Alert.actor_id == actor_id, Alert.at > since).limit(1)))
