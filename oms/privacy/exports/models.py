"""Exports: who asked and who agreed, never the same; the units in it are named only while it is under way."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.privacy.exports.states import EXPORT, ExportKind, ExportState


class Export(Base):
    """A list of many people. Its reason is here until it is over; then in the audit of each person alone."""

    __tablename__ = "privacy_exports"
    __columns__: ClassVar = columns(
        "id number state kind people asked_at decided_at ends_at", "unit file_id asked_by decided_by reason"
    )
    __table_args__ = (
        CheckConstraint("decided_by <> asked_by", name="second_person"),
        CheckConstraint(
            "state NOT IN ('agreed', 'ready', 'taken') OR (decided_by <> '' AND decided_at IS NOT NULL)",
            name="agreed_by_somebody",
        ),
    )
    __life__: ClassVar = Life("ends_at")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str] = mapped_column(unique=True)
    state: Mapped[ExportState]
    kind: Mapped[ExportKind]
    people: Mapped[int]
    reason: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(server_default="")
    decided_at: Mapped[datetime | None]
    # When it can be neither agreed to nor taken any more; of one that is over, when its row goes.
    ends_at: Mapped[datetime]
    file_id: Mapped[UUID | None]

    def become(self, state: ExportState) -> None:
        """Move along the table of exports. Raises IllegalMoveError."""
        EXPORT.check(self.state, state)
        self.state = state


class ExportUnit(Base):
    """One unit that an export is of, as long as it is under way."""

    __tablename__ = "privacy_export_units"
    __columns__: ClassVar = columns("export_id position", "unit")

    export_id: Mapped[int] = mapped_column(
        ForeignKey("privacy_exports.id", ondelete="CASCADE"), primary_key=True
    )
    unit: Mapped[str] = mapped_column(primary_key=True, index=True)
    position: Mapped[int]
