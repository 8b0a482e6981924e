"""Audit entries: one for each deed, written in its transaction, and changed by nobody."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
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
    at: Mapped[datetime] = mapped_column(index=True)
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


class AuditCheckpoint(Base):
    """The link after which the chain begins since its oldest entries were let go of; never changed."""

    __tablename__ = "audit_checkpoints"
    __columns__: ClassVar = columns("position hash cut_at")

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes]
    cut_at: Mapped[datetime]


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
    _check_ids(verb, [about, by.id])
    why = (reason or by.reason).strip()[:_REASON_CHARS]
    entry = _Entry(by, verb, about, subject_id, why, purpose, fields)
    _write(session, [entry])


def record_each(session: Session, by: Actor, verb: str, things: Mapping[str, UUID | None]) -> None:
    """Write one deed that was done to many things, each with whom it is about, in two statements.

    One entry for each, by the rules of `record`.
    """
    _check_ids(verb, [by.id, *things])
    why = by.reason.strip()[:_REASON_CHARS]
    _write(session, [_Entry(by, verb, about, subject, why) for about, subject in things.items()])


@dataclass(frozen=True, slots=True)
class _Entry:
    by: Actor
    verb: str
    about: str
    subject_id: UUID | None
    why: str
    purpose: str = ""
    fields: tuple[str, ...] = ()


def _check_ids(verb: str, names: Sequence[str]) -> None:
    if not all(_ID.fullmatch(name) for name in names):
        raise ValueError(f"{verb}: the audit names things and people by ids only")


def _write(session: Session, entries: Sequence[_Entry]) -> None:
    if not entries:
        return
    now = clock.now()
    salts = [secrets.token_bytes(_SALT_BYTES) if one.subject_id or one.why else b"" for one in entries]
    rows = [
        {
            "at": now,
            "actor_kind": one.by.kind,
            "actor_id": one.by.id,
            "verb": one.verb,
            "about": one.about,
            "purpose": one.purpose,
            "fields": list(one.fields),
            "detail_digest": digest_of(salt, one.subject_id, one.why) if salt else None,
        }
        for one, salt in zip(entries, salts, strict=True)
    ]
    asked = insert(AuditEntry).returning(AuditEntry.id, sort_by_parameter_order=True)
    ids = session.scalars(asked, rows).all()
    details = [
        {"entry_id": entry_id, "subject_id": one.subject_id, "reason": one.why, "salt": salt}
        for entry_id, one, salt in zip(ids, entries, salts, strict=True)
        if salt
    ]
    if details:
        session.execute(insert(AuditDetail), details)


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
