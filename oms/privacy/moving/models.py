"""Wishes to move an order to another mailbox; what was typed lies sealed."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.privacy.moving.states import MOVE, MoveState

# Longer than any of them takes; what was done with an order stays in its history and in the audit.
LIFE_DAYS = 60


class MailboxMove(Base):
    """One wish. `order_id` is known once what was typed fits the order; without it nothing ever happens."""

    __tablename__ = "mailbox_moves"
    __columns__: ClassVar = columns(
        "id number state market language old_mailbox asked_at waits_until settled_at", "unit order_id"
    )
    __life__: ClassVar = Life("asked_at", LIFE_DAYS)
    __table_args__ = (
        Index("ix_mailbox_moves_under_way", "waits_until", postgresql_where=text("settled_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[int | None]
    state: Mapped[MoveState]
    market: Mapped[str]
    language: Mapped[str]
    old_mailbox: Mapped[str] = mapped_column(server_default="")
    asked_at: Mapped[datetime]
    waits_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    def become(self, state: MoveState) -> None:
        """Move along the table of moves. Raises IllegalMoveError."""
        MOVE.check(self.state, state)
        self.state = state
