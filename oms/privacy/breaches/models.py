"""Breaches, and each unit that one affects: how it was told, and what shows it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.privacy.breaches.states import BREACH, GAP, PARTS, REPORT, BreachState, Leak, Reach


class Breach(Base):
    """What leaked, when it was found, the parts of notice and report, and who was told by when.

    `named` is the table, or the number of the member of staff; `since` and `until` bound it in time.
    """

    __tablename__ = "breaches"
    __columns__: ClassVar = columns(
        "id number state leak named since until found_at parts report authority_told_at platform_told_at"
        " sent_at"
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[BreachState]
    leak: Mapped[Leak]
    named: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    found_at: Mapped[datetime]
    parts: Mapped[dict[str, str]] = mapped_column(JSONB)
    report: Mapped[dict[str, str]] = mapped_column(JSONB)
    authority_told_at: Mapped[datetime | None]
    platform_told_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    def become(self, state: BreachState) -> None:
        """Move along the table of breaches. Raises IllegalMoveError."""
        BREACH.check(self.state, state)
        self.state = state

    def missing(self) -> list[str]:
        """Return the parts of the notice that are not written to their end; with one nothing is sent."""
        return _unwritten(PARTS, self.parts)

    def unreported(self) -> list[str]:
        """Return the parts of the report to the authority that are not written to their end."""
        return _unwritten(REPORT, self.report)


def _unwritten(wanted: Iterable[str], words: Mapping[str, str]) -> list[str]:
    return [part for part in wanted if not words.get(part, "").strip() or GAP in words[part]]


class BreachUnit(Base):
    """One affected unit. It goes with the last that is kept of it; the count stays with the breach."""

    __tablename__ = "breach_units"
    __columns__: ClassVar = columns("breach_id reach at evidence", "unit")
    __life__: ClassVar = Life(
        "at", 400, "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.unit = breach_units.unit)"
    )

    breach_id: Mapped[int] = mapped_column(ForeignKey("breaches.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True, index=True)
    reach: Mapped[Reach]
    at: Mapped[datetime]
    evidence: Mapped[str] = mapped_column(server_default="")
