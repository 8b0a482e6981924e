"""Locks: which record of which unit, since when, what was decided, and when its person was told."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, false
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import KINDS, Life, columns
from oms.privacy.states import LockGround, Outcome, Told


class Restriction(Base):
    """What is only kept; its key is locked in the keyring. `field` is the one that is disputed.

    It is locked alone where it stands apart, else with its record. The database lifts nothing before its
    person was told what was decided. `why` is told to them too.
    """

    __tablename__ = "privacy_restrictions"
    __columns__: ClassVar = columns(
        "id request_id kind field is_apart ground since hold_id outcome why decided_at told_at told_how"
        " lifted_at",
        "unit",
    )
    __table_args__ = (
        CheckConstraint(
            "lifted_at IS NULL OR (told_at IS NOT NULL AND told_at <= lifted_at)", name="told_before_lifted"
        ),
        CheckConstraint(
            "told_at IS NULL OR (decided_at IS NOT NULL AND decided_at <= told_at)",
            name="decided_before_told",
        ),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="decided_with_outcome"),
    )
    __life__: ClassVar = Life(
        "since", 0, "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.unit = privacy_restrictions.unit)"
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), index=True)
    unit: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    field: Mapped[str]
    is_apart: Mapped[bool] = mapped_column(default=False, server_default=false())
    ground: Mapped[LockGround]
    since: Mapped[datetime]
    hold_id: Mapped[int | None]
    outcome: Mapped[Outcome | None]
    why: Mapped[str] = mapped_column(default="", server_default="")
    decided_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    told_how: Mapped[Told] = mapped_column(default=Told.NOT_YET, server_default="")
    lifted_at: Mapped[datetime | None]

    @property
    def apart(self) -> str:
        """Return the field that stands apart, or nothing where its record is locked whole."""
        return self.field if self.is_apart else ""

    @property
    def called(self) -> str:
        """Return what is locked, as the keyring calls it: a kind, or a field of one that stands apart."""
        return KINDS[self.kind].apart(self.field) if self.is_apart else self.kind

    @property
    def about(self) -> str:
        """Return what is locked, as the audit names it: a kind, or a field of one."""
        return f"{self.kind}.{self.field}" if self.is_apart else self.kind
