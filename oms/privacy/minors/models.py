"""Suspicions that somebody is a child: the case, the units it restricts, and its moves."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.audit import Actor
from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.privacy.minors.states import MINOR, MinorState, Signal, Standing


class MinorCase(Base):
    """One suspicion, under the number of its request; `ref` is the random word of the guardian's page.

    `age` is that of `country`: what the law says there, not what anybody is. `guardian_unit` is where the
    guardian's mailbox lies sealed, '' without one, and `standing` what they may do; `erasure_id` is the
    erasure that ends it, once it began.
    """

    __tablename__ = "minor_cases"
    __columns__: ClassVar = columns(
        "id request_id state signal country age market language asked suspected_at erase_after erasure_id"
        " settled_at standing",
        "ref guardian_unit",
    )
    # What was done is shown as long as any other answered request; it names nobody and no order.
    __life__: ClassVar = Life("settled_at", 730)
    __table_args__ = (
        Index("ix_minor_cases_open", "erase_after", postgresql_where=text("settled_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("privacy_requests.id"), unique=True)
    state: Mapped[MinorState]
    signal: Mapped[Signal]
    country: Mapped[str]
    age: Mapped[int]
    market: Mapped[str]
    language: Mapped[str]
    guardian_unit: Mapped[str] = mapped_column(default="", server_default="")
    standing: Mapped[Standing] = mapped_column(default=Standing.NOBODY, server_default="nobody")
    asked: Mapped[int] = mapped_column(default=0, server_default="0")
    suspected_at: Mapped[datetime]
    erase_after: Mapped[datetime]
    erasure_id: Mapped[int | None]
    settled_at: Mapped[datetime | None]

    def become(self, state: MinorState, at: datetime, *, by: Actor, why: str) -> "MinorEvent":
        """Move along the table of suspicions; return the history row. Raises IllegalMoveError."""
        MINOR.check(self.state, state)
        self.state = state
        if MINOR.is_final(state):
            self.settled_at = at
        return self.noted(at, by=by, why=why)

    def noted(self, at: datetime, *, by: Actor, why: str) -> "MinorEvent":
        """Return a history row that moves nothing: what was decided, and by whom."""
        return MinorEvent(case_id=self.id, state=self.state, at=at, by_kind=by.kind, by_id=by.id, why=why)


class MinorUnit(Base):
    """One unit that a case is about; it goes with the last that is kept of it.

    `is_own` where its person proved it or staff named it; false for what only came along with their account,
    in which anybody's mailbox may have been typed.
    """

    __tablename__ = "minor_units"
    __columns__: ClassVar = columns("since is_own", "case_id unit")
    __life__: ClassVar = Life(
        "since", 0, "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.unit = minor_units.unit)"
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("minor_cases.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True, index=True)
    is_own: Mapped[bool]
    since: Mapped[datetime]


class MinorEvent(Base):
    """One move of a case, dated: who moved it and why, in coded words."""

    __tablename__ = "minor_events"
    __columns__: ClassVar = columns("id case_id state at by_kind why", "by_id")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("minor_cases.id"), index=True)
    state: Mapped[MinorState]
    at: Mapped[datetime]
    by_kind: Mapped[str]
    by_id: Mapped[str]
    why: Mapped[str]
