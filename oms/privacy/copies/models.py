"""Copies that were asked for: how far each is, and of which units; whom they are about lies sealed."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.privacy.copies.states import COPY, CopyState


class Copy(Base):
    """A copy on its way or waiting to be taken; its address is a word of which only the hash is here.

    One that was asked for in words belongs to that request: whoever takes it proves the mailbox first.
    """

    __tablename__ = "privacy_copies"
    __columns__: ClassVar = columns(
        "id state done total market language asked_at ends_at taken_at request_id", "ref_hash unit file_id"
    )
    __life__: ClassVar = Life("ends_at")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ref_hash: Mapped[bytes] = mapped_column(unique=True)
    unit: Mapped[str] = mapped_column(unique=True)
    state: Mapped[CopyState]
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int]
    market: Mapped[str]
    language: Mapped[str]
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    file_id: Mapped[UUID | None]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("privacy_requests.id"), index=True)

    def become(self, state: CopyState) -> None:
        """Move along the table of copies. Raises IllegalMoveError."""
        COPY.check(self.state, state)
        self.state = state


class CopyUnit(Base):
    """One unit that a copy is of; with it goes the copy, wherever the copy has come to."""

    __tablename__ = "privacy_copy_units"
    __columns__: ClassVar = columns("copy_id position", "unit")

    copy_id: Mapped[int] = mapped_column(
        ForeignKey("privacy_copies.id", ondelete="CASCADE"), primary_key=True
    )
    unit: Mapped[str] = mapped_column(primary_key=True, index=True)
    position: Mapped[int]
