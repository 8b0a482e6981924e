"""Audit entries: one for each deed, written in its transaction, and changed by nobody."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Row, Select, String, delete, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from oms.kernel import clock
from oms.kernel.db import Base
from oms.kernel.register import columns

_SALT_BYTES = 16
_REASON_CHARS = 300
_ID = re.compile(r"[A-Za-z0-9._:/-]{1,120}")


class ActorKind(StrEnum):
    """Who can do something here."""

    BUYER = "buyer"
    GUEST = "guest"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, by kind and by an id that says nothing to a stranger; and the reason they gave, if any.

    `roles` are those of staff, or the one job that the shop itself does: the vault asks for them.
    """

    kind: ActorKind
    id: str
    reason: str = ""
    roles: frozenset[str] = frozenset()

    @property
    def parts(self) -> frozenset[str]:
        """Return as whom they open things: their roles; without any just the kind that they are."""
        return self.roles or frozenset({str(self.kind)})

    def doing(self, job: str) -> "Actor":
        """Return the same somebody at one job, and with the right to no other."""
        return replace(self, roles=frozenset({str(job)}))

    def because(self, reason: str) -> "Actor":
        """Return the same somebody with a reason, which every entry about what they do now carries."""
        return replace(self, reason=reason)


SYSTEM = Actor(ActorKind.SYSTEM, "counterfoil")


class AuditEntry(Base):
    """One deed. The database lets nobody but the owner change or delete it."""

    __tablename__ = "audit_entries"
    __columns__: ClassVar = columns("id at actor_kind verb purpose fields", "actor_id about detail_digest")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[str]
    verb: Mapped[str]
    about: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[str]
    fields: Mapped[list[str]] = mapped_column(ARRAY(String))
    detail_digest: Mapped[bytes | None]


class AuditDetail(Base):
    """Whom an entry is about and the reason in staff's own words; both go when the person is erased."""

    __tablename__ = "audit_details"
    __columns__: ClassVar = columns("entry_id salt", "subject_id reason")

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entries.id"), primary_key=True)
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    reason: Mapped[str]
    salt: Mapped[bytes]


class AuditLink(Base):
    """The place of an entry in the chain."""

    __tablename__ = "audit_links"
    __columns__: ClassVar = columns("position entry_id hash")

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(unique=True)
    hash: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Deed:
    """An entry as it is shown: when, who and why, what, about which thing, for what, which fields."""

    at: datetime
    by: Actor
    verb: str
    about: str
    purpose: str
    fields: tuple[str, ...]


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
    """Write a deed into the caller's transaction; the reason is the actor's own unless one is given here.

    Raises ValueError when `about` or the actor is anything but an id such as `order:7`.
    """
    if not _ID.fullmatch(about) or not _ID.fullmatch(by.id):
        raise ValueError(f"{verb}: the audit names things and people by ids only")
    why = (reason or by.reason).strip()[:_REASON_CHARS]
    salt = secrets.token_bytes(_SALT_BYTES) if subject_id or why else b""
    entry = insert(AuditEntry).values(
        at=clock.now(),
        actor_kind=by.kind,
        actor_id=by.id,
        verb=verb,
        about=about,
        purpose=purpose,
        fields=list(fields),
        detail_digest=digest_of(salt, subject_id, why) if salt else None,
    )
    entry_id = session.scalars(entry.returning(AuditEntry.id)).one()
    if salt:
        detail = {"entry_id": entry_id, "subject_id": subject_id, "reason": why, "salt": salt}
        session.execute(insert(AuditDetail).values(detail))


def digest_of(salt: bytes, subject_id: UUID | None, reason: str) -> bytes:
    """Return what an entry keeps of its detail: nothing that can be tried without the salt."""
    return hashlib.sha256(salt + (subject_id.bytes if subject_id else b"") + reason.encode()).digest()


def about_subject(session: Session, subject_id: UUID) -> list[Deed]:
    """Return what was done about a person, the newest first; they may see it."""
    return _deeds(session.execute(_shown().where(AuditDetail.subject_id == subject_id)).all())


def about(session: Session, thing: str) -> list[Deed]:
    """Return what was done about a thing such as `order:7`, the newest first."""
    return _deeds(session.execute(_shown().where(AuditEntry.about == thing)).all())


def _shown() -> Select[Any]:
    return (
        select(AuditEntry.__table__, AuditDetail.reason)
        .outerjoin(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .order_by(AuditEntry.id.desc())
    )


def _deeds(rows: Sequence[Row[Any]]) -> list[Deed]:
    return [
        Deed(
            at=row.at,
            by=Actor(row.actor_kind, row.actor_id, row.reason or ""),
            verb=row.verb,
            about=row.about,
            purpose=row.purpose,
            fields=tuple(row.fields),
        )
        for row in rows
    ]


def forget_subject(session: Session, subject_id: UUID) -> int:
    """Let go of whom entries are about, and of the reasons; entries and chain stay. Return how many."""
    gone = delete(AuditDetail).where(AuditDetail.subject_id == subject_id)
    return len(session.execute(gone.returning(AuditDetail.entry_id)).all())


def forget_about(session: Session, thing: str) -> int:
    """Do the same for the entries about a thing such as `order:7`."""
    theirs = select(AuditEntry.id).where(AuditEntry.about == thing)
    gone = delete(AuditDetail).where(AuditDetail.entry_id.in_(theirs))
    return len(session.execute(gone.returning(AuditDetail.entry_id)).all())
