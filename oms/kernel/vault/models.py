"""The tables of the vault: sealed rows and blind indexes beside the shop, keys in the keyring."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base, KeyringBase
from oms.kernel.register import columns


class SealedRow(Base):
    """One record in its envelope; the rest of the row says where it belongs, not whom it is about."""

    __tablename__ = "sealed"
    __columns__: ClassVar = columns("kind sealed_at", "id unit subject_id key_id envelope")
    __table_args__ = (
        Index("ix_sealed_unit_kind", "unit", "kind"),
        Index("ix_sealed_subject_id", "subject_id"),
        {"schema": "personal"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    unit: Mapped[str]
    subject_id: Mapped[UUID]
    key_id: Mapped[UUID]
    envelope: Mapped[bytes]
    sealed_at: Mapped[datetime]


class BlindIndex(Base):
    """A keyed digest by which one field of a sealed row is found again; `field` is `kind.field`."""

    __tablename__ = "blind_indexes"
    __columns__: ClassVar = columns("field version", "sealed_id digest subject_id unit")
    __table_args__ = (Index("ix_blind_indexes_field_digest", "field", "digest"), {"schema": "personal"})

    sealed_id: Mapped[UUID] = mapped_column(
        ForeignKey("personal.sealed.id", ondelete="CASCADE"), primary_key=True
    )
    field: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes]
    subject_id: Mapped[UUID]
    unit: Mapped[str]


class Key(KeyringBase):
    """One data key, wrapped by the master key, with the day on which it is destroyed.

    While it is locked the database hands it out for its person's rights alone; `told_at` lets it be lifted.
    """

    __tablename__ = "keys"
    __columns__: ClassVar = columns(
        "kind wrapped made_at destroy_after is_referenced locked_at told_at", "key_id subject_id unit"
    )
    __table_args__ = (
        CheckConstraint("told_at IS NULL OR told_at >= locked_at", name="told_while_locked"),
        Index("ix_keys_unit", "unit"),
        Index("ix_keys_subject_id", "subject_id"),
        Index("ix_keys_destroy_after", "destroy_after"),
        Index("ix_keys_unreferenced", "made_at", postgresql_where=text("NOT is_referenced")),
    )

    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    unit: Mapped[str]
    kind: Mapped[str]
    wrapped: Mapped[bytes]
    made_at: Mapped[datetime]
    destroy_after: Mapped[datetime]
    is_referenced: Mapped[bool] = mapped_column(server_default=text("false"))
    locked_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class Destruction(KeyringBase):
    """A key that is being destroyed: written before, removed when rows, files and tombstone are done."""

    __tablename__ = "destructions"
    __columns__: ClassVar = columns("kind intended_at", "key_id subject_id unit")

    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    unit: Mapped[str]
    kind: Mapped[str]
    intended_at: Mapped[datetime]


class TombstoneMark(Base):
    """Up to which byte of the tombstone file this database was told; one row. Left out of backups."""

    __tablename__ = "tombstone_marks"
    __columns__: ClassVar = columns("id position")

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]


class KeyringMark(KeyringBase):
    """The same, of the keyring."""

    __tablename__ = "tombstone_marks"
    __columns__: ClassVar = columns("id position")

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]


class IndexSalt(KeyringBase):
    """The wrapped random part of a version of the blind index key; without it old digests say nothing."""

    __tablename__ = "index_salts"
    __columns__: ClassVar = columns("version salt made_at")

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[bytes]
    made_at: Mapped[datetime]
