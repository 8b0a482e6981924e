"""Doubts about orders, without their reasons, which lie sealed; and alerts of cards that are being tried."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.audit import Actor
from oms.kernel.db import Base
from oms.kernel.register import Life, columns
from oms.risk.states import DOUBT, DoubtState


class OrderDoubt(Base):
    """An order that waits for a look, until when at the latest, and who decided what."""

    __tablename__ = "order_doubts"
    __columns__: ClassVar = columns("id order_id hold_id state at due_at decided_at by_kind", "by_id")
    __table_args__ = (
        CheckConstraint("state = 'open' OR decided_at IS NOT NULL", name="decided"),
        Index("ix_order_doubts_open", "due_at", postgresql_where=text("state = 'open'")),
    )
    # A record of its own sort, with an end of its own: long before the order's.
    __life__: ClassVar = Life("decided_at", 30)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    hold_id: Mapped[int]
    state: Mapped[DoubtState] = mapped_column(server_default="open")
    at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    by_kind: Mapped[str] = mapped_column(server_default="")
    by_id: Mapped[str] = mapped_column(server_default="")

    def decide(self, state: DoubtState, at: datetime, *, by: Actor) -> None:
        """Note what became of it, and by whom; raises IllegalMoveError when it was decided before."""
        DOUBT.check(self.state, state)
        self.state, self.decided_at, self.by_kind, self.by_id = state, at, by.kind, by.id


class CheckoutAlert(Base):
    """Within one hour far more cards were refused than paid: figures of the whole shop, nobody's data."""

    __tablename__ = "checkout_alerts"
    __columns__: ClassVar = columns("id at refused paid")
    __life__: ClassVar = Life("at", 30)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    refused: Mapped[int]
    paid: Mapped[int]
