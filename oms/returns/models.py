"""Withdrawals and the goods that the law excludes; what somebody declared lies sealed with the order."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import columns
from oms.returns.states import WITHDRAWAL, Exclusion, WithdrawalState


class Withdrawal(Base):
    """A buyer's withdrawal from the contract of one order, and by when the money is owed."""

    __tablename__ = "withdrawals"
    __columns__: ClassVar = columns(
        "id order_id state declared_at acknowledged_at refund_by settled_at",
    )
    __table_args__ = (
        Index("ix_withdrawals_declared", "refund_by", postgresql_where=text("state = 'declared'")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    state: Mapped[WithdrawalState]
    declared_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    refund_by: Mapped[date]
    settled_at: Mapped[datetime | None]

    def settle(self, at: datetime) -> None:
        """Note that everything is back; raises IllegalMoveError when it was before."""
        WITHDRAWAL.check(self.state, WithdrawalState.SETTLED)
        self.state, self.settled_at = WithdrawalState.SETTLED, at


class WithdrawalExclusion(Base):
    """A SKU that nobody can withdraw from, for orders placed from a day on; never for earlier ones."""

    __tablename__ = "withdrawal_exclusions"
    __columns__: ClassVar = columns("sku reason since")

    sku: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[Exclusion]
    since: Mapped[datetime]
