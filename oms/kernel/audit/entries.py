"""Audit entries: one for each deed, written in its transaction, and changed by nobody."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, String, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from oms.kernel import clock
from oms.kernel.db import Base
from oms.kernel.register import columns

_SALT_BYTES = 16
_REASON_CHARS = 300


class ActorKind(StrEnum):
    """Who can do something here."""

    BUYER = "buyer"
    GUEST = "guest"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, by kind and by an id that says nothing to a stranger."""

    kind: ActorKind
    id: str


SYSTEM = Actor(ActorKind.SYSTEM, "counterfoil")


class AuditEntry(Base):
    """One deed. The database lets nobody but the owner change or delete it."""

    __tablename__ = "audit_entries"
    __columns__: ClassVar = columns(
        "id at actor_kind verb purpose fields", "actor_id about reason subject_digest"
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[str]
    verb: Mapped[str]
    about: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str]
    reason: Mapped[str]
    fields: Mapped[list[str]] = mapped_column(ARRAY(String))
    subject_digest: Mapped[bytes | None]


class AuditSubject(Base):
    """Whom an entry is about, and the salt of the digest in it; goes when the person is erased."""

    __tablename__ = "audit_subjects"
    __columns__: ClassVar = columns("entry_id salt", "subject_id")

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entries.id"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    salt: Mapped[bytes]


class AuditLink(Base):
    """The place of an entry in the chain."""

    __tablename__ = "audit_links"
    __columns__: ClassVar = columns("position entry_id hash")

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)
    hash: Mapped[bytes]


def record(  # noqa: PLR0913 - an entry is whole or it proves nothing
    session: Session,
    by: Actor,
    verb: str,
    about: str,
    *,
    subject_id: UUID | None = None,
    purpose: str = "",
    reason: str = "",
    fields: tuple[str, ...] = (),
) -> None:
    """Write a deed into the caller's transaction; `about` is an id such as `order:7`, never a name."""
    salt = secrets.token_bytes(_SALT_BYTES)
    entry_id = session.scalar(
        insert(AuditEntry)
        .values(
            at=clock.now(),
            actor_kind=by.kind,
            actor_id=by.id,
            verb=verb,
            about=about,
            purpose=purpose,
            reason=reason[:_REASON_CHARS],
            fields=list(fields),
            subject_digest=subject_digest_of(salt, subject_id) if subject_id else None,
        )
        .returning(AuditEntry.id)
    )
    if subject_id:
        session.execute(insert(AuditSubject).values(entry_id=entry_id, subject_id=subject_id, salt=salt))


def subject_digest_of(salt: bytes, subject_id: UUID) -> bytes:
    """Return what an entry holds of its subject."""
    return hashlib.sha256(salt + subject_id.bytes).digest()


def about_subject(session: Session, subject_id: UUID) -> list[AuditEntry]:
    """Return what was done about a person, the newest first; they may see it."""
    return list(
        session.scalars(
            select(AuditEntry)
            .join(AuditSubject, AuditSubject.entry_id == AuditEntry.id)
            .where(AuditSubject.subject_id == subject_id)
            .order_by(AuditEntry.id.desc())
        )
    )


def about(session: Session, thing: str) -> list[AuditEntry]:
    """Return what was done about a thing such as `order:7`, the newest first."""
    return list(
        session.scalars(select(AuditEntry).where(AuditEntry.about == thing).order_by(AuditEntry.id.desc()))
    )


def forget_subject(session: Session, subject_id: UUID) -> int:
    """Let go of whom entries are about; entries and chain stay whole. Return how many entries."""
    count = session.scalar(
        select(func.count()).select_from(AuditSubject).where(AuditSubject.subject_id == subject_id)
    )
    session.execute(delete(AuditSubject).where(AuditSubject.subject_id == subject_id))
    return count or 0
