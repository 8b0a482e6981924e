"""Which letters lie in whose inbox, and which were read; their words lie sealed."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns


class InboxLetter(Base):
    """One letter in the inbox of one unit; it goes with its sealed words."""

    __tablename__ = "inbox_letters"
    __columns__: ClassVar = columns("id topic written_at read_at", "unit thing sealed_id")
    # With its words at once; a retention run sweeps what a switched-off trigger left.
    __life__: ClassVar = Life(
        "written_at",
        0,
        "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.id = inbox_letters.sealed_id)",
    )
    __table_args__ = (UniqueConstraint("unit", "topic", "thing"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    unit: Mapped[str]
    topic: Mapped[str]
    thing: Mapped[str]
    sealed_id: Mapped[UUID] = mapped_column(ForeignKey("personal.sealed.id", ondelete="CASCADE"), unique=True)
    written_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
