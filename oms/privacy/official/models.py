"""Official requests with their instrument and who agreed; and each unit that one covers."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.privacy.official.states import OFFICIAL, Instrument, OfficialState, Why

# As long as the counters of the public page reach back.
COUNTED_DAYS = 3650


class OfficialRequest(Base):
    """What an authority asks for. Who wrote it down never agrees to it; two agree, each another one.

    In an emergency one is enough, and somebody else reviews it by `review_by`. Until `gag_until` the law
    forbids to tell the person; afterwards they are told.
    """

    __tablename__ = "official_requests"
    __columns__: ClassVar = columns(
        "id number state kind instrument authority issued_on expires_on fields ground written_at"
        " approved_at ends_at given_at settled_at gag_until review_by reviewed_at",
        "written_by approver1 approver2 reviewed_by given_to",
    )
    __life__: ClassVar = Life("settled_at", COUNTED_DAYS)
    __table_args__ = (
        CheckConstraint("approver1 = '' OR approver1 <> written_by", name="first_is_not_the_writer"),
        CheckConstraint(
            "approver2 = '' OR (approver1 <> '' AND approver2 NOT IN (written_by, approver1))",
            name="second_is_another",
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'disclosed') OR (approver1 <> ''"
            " AND (approver2 <> '' OR (kind = 'emergency' AND review_by IS NOT NULL)))",
            name="two_agreed",
        ),
        CheckConstraint(
            "kind = 'emergency' OR state NOT IN ('approved', 'disclosed') OR instrument <> ''",
            name="instrument",
        ),
        CheckConstraint(
            "reviewed_by = '' OR reviewed_by NOT IN (written_by, approver1)", name="reviewed_by_another"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[OfficialState]
    kind: Mapped[Instrument]
    instrument: Mapped[str]
    authority: Mapped[str]
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    fields: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    ground: Mapped[Why | None]
    written_by: Mapped[str]
    written_at: Mapped[datetime]
    approver1: Mapped[str] = mapped_column(default="", server_default="")
    approver2: Mapped[str] = mapped_column(default="", server_default="")
    approved_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    given_at: Mapped[datetime | None]
    given_to: Mapped[str] = mapped_column(default="", server_default="")
    settled_at: Mapped[datetime | None]
    gag_until: Mapped[date | None]
    review_by: Mapped[datetime | None]
    reviewed_by: Mapped[str] = mapped_column(default="", server_default="")
    reviewed_at: Mapped[datetime | None]

    def become(self, state: OfficialState, at: datetime) -> None:
        """Move along the table of official requests. Raises IllegalMoveError."""
        OFFICIAL.check(self.state, state)
        self.state = state
        if OFFICIAL.is_final(state):
            self.settled_at = at


class OfficialUnit(Base):
    """One unit that a request covers: which fields were given out, and when its person was told."""

    __tablename__ = "official_units"
    __columns__: ClassVar = columns("official_id since fields told_at", "unit")
    __life__: ClassVar = Life(
        "since", 0, "NOT EXISTS (SELECT 1 FROM personal.sealed AS s WHERE s.unit = official_units.unit)"
    )

    official_id: Mapped[int] = mapped_column(ForeignKey("official_requests.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True, index=True)
    since: Mapped[datetime]
    fields: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    told_at: Mapped[datetime | None]
