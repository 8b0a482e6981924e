"""Refusals: the ground, who proposed and who agreed; and the fields that one keeps back."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.privacy.states import Ground


class Refusal(Base):
    """A refusal of a request, whole or of `fields` alone. It counts once it is reviewed, where it must be.

    Evidence is in the audit entry, so that it goes with the person.
    """

    __tablename__ = "privacy_refusals"
    __columns__: ClassVar = columns(
        "request_id ground fields proposed_at reviewed_at", "proposed_by reviewed_by"
    )
    __table_args__ = (
        CheckConstraint(
            "ground <> 'bad_faith' OR reviewed_at IS NULL OR reviewed_by NOT IN ('', proposed_by)",
            name="second_reviewer",
        ),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), primary_key=True)
    ground: Mapped[Ground]
    fields: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    reviewed_by: Mapped[str] = mapped_column(server_default="")
    reviewed_at: Mapped[datetime | None]

    @property
    def is_pending(self) -> bool:
        """Say whether a second reviewer has to look first."""
        return self.reviewed_at is None


class Withholding(Base):
    """One field of one unit that its person's copy leaves out, and on which ground."""

    __tablename__ = "privacy_withholdings"
    __columns__: ClassVar = columns("field ground at", "unit")
    __life__: ClassVar = Life(
        "at", 0, "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.unit = privacy_withholdings.unit)"
    )

    unit: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    ground: Mapped[Ground]
    at: Mapped[datetime]
