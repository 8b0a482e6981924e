"""Reads of the audit for the desk: entries from the newest on, by key, and what verbs there are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.kernel.audit import AuditDetail, AuditEntry

SIZE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty means everything."""

    verb: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed as the list shows it."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: str
    verb: str
    about: str
    purpose: str
    fields: list[str]
    reason: str | None


def entries(session: Session, wanted: Wanted, key: str, *, is_backwards: bool) -> list[Entry]:
    """Return at most one entry more than a piece, the newest first, from an id on."""
    columns = (
        *(AuditEntry.id, AuditEntry.at, AuditEntry.actor_kind, AuditEntry.actor_id, AuditEntry.verb),
        *(AuditEntry.about, AuditEntry.purpose, AuditEntry.fields, AuditDetail.reason),
    )
    statement = select(*columns).outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
    if wanted.verb:
        statement = statement.where(AuditEntry.verb == wanted.verb)
    if wanted.kind:
        statement = statement.where(AuditEntry.actor_kind == wanted.kind)
    if key.isascii() and key.isdecimal() and len(key) <= 15:  # noqa: PLR2004 - digits of an id
        at = int(key)
        statement = statement.where(AuditEntry.id > at if is_backwards else AuditEntry.id < at)
    order = AuditEntry.id.asc() if is_backwards else AuditEntry.id.desc()
    return [Entry(*row) for row in session.execute(statement.order_by(order).limit(SIZE + 1))]


def verbs(session: Session) -> list[str]:
    """Return the verbs of recent deeds, in order."""
    recent = select(AuditEntry.verb).order_by(AuditEntry.id.desc()).limit(10_000).subquery()
    return list(session.scalars(select(recent.c.verb).distinct().order_by(recent.c.verb)))
