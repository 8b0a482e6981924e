"""When the files of the stores were last cleared, and what the servers leave behind."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from oms.kernel.db import Role, keyring_reading, reading
from oms.privacy.models import Clearing


def last(session: Session) -> Clearing | None:
    """Return the latest clearing that came to its end."""
    return session.scalar(select(Clearing).order_by(Clearing.id.desc()).limit(1))


def cleared_after(session: Session, moment: datetime) -> datetime | None:
    """Return the end of the first clearing that began after a moment; None while it is awaited."""
    chosen = select(Clearing.ended_at).where(Clearing.begun_at >= moment).order_by(Clearing.id).limit(1)
    return session.scalar(chosen)


def recycled() -> list[str]:
    """Return which servers write over old segments of their log some day, instead of removing them."""
    asked = text("SHOW wal_recycle")
    with reading(Role.WORKER) as session, keyring_reading() as keys:
        found = {"database": session.scalar(asked), "keyring": keys.scalar(asked)}
    return [name for name, setting in found.items() if setting != "off"]
