"""Work on many orders that goes on after the page was answered, and what became of each order."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oms.desk.changes.many.states import TURN, Deed, TurnState
from oms.kernel.db import Base
from oms.kernel.register import Life, columns


class BulkWork(Base):
    """One deed for many orders: who asked for it and why (from the list), from when to when."""

    __tablename__ = "bulk_works"
    __columns__: ClassVar = columns("id deed why by_kind asked_at ended_at", "by_id")
    __life__: ClassVar = Life("ended_at", 30)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    deed: Mapped[Deed]
    why: Mapped[str]
    by_kind: Mapped[str]
    by_id: Mapped[str]
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    turns: Mapped[list["BulkTurn"]] = relationship(lazy="raise_on_sql", order_by="BulkTurn.position")


class BulkTurn(Base):
    """One order's turn; `refusal` says why it was left out."""

    __tablename__ = "bulk_turns"
    __columns__: ClassVar = columns("work_id position number state refusal")

    work_id: Mapped[int] = mapped_column(ForeignKey("bulk_works.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str]
    state: Mapped[TurnState] = mapped_column(server_default="waiting")
    refusal: Mapped[str] = mapped_column(server_default="")

    def become(self, state: TurnState, refusal: str = "") -> None:
        """Move along the table of turns; raises IllegalMoveError."""
        TURN.check(self.state, state)
        self.state, self.refusal = state, refusal
