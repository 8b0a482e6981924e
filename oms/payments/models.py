"""Payments and refunds: of what Stripe knows we keep reference, status, amount, currency and time."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.money import Money
from oms.kernel.register import columns
from oms.payments.states import PAYMENT, REFUND, PaymentState, RefundState


class Payment(Base):
    """One attempt to pay for an order; its random key names it at the provider.

    Ids begin anew in every database, and two of them may share one account of the provider: a copy of the
    books for practice, say. `trouble` is the error that the last look at the provider's word ended with.
    `refusals` counts the cards that were refused on the way; `fee` is what the provider kept of it, in the
    payment's own currency, and empty until it is known.
    """

    __tablename__ = "payments"
    __columns__: ClassVar = columns(
        "id key order_id reference state amount currency locale captured refunded fee refusals created_at"
        " expires_at asked_at settled_at trouble",
        "session_ref intent_ref",
    )
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("captured >= 0 AND captured <= amount", name="captured"),
        CheckConstraint("refunded >= 0 AND refunded <= captured", name="refunded"),
        Index("ix_payments_order_id", "order_id"),
        Index("ix_payments_settled_at", "settled_at"),
        Index(
            "ix_payments_open",
            "created_at",
            postgresql_where=text("state IN ('pending', 'unknown', 'authorized')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    key: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True)
    order_id: Mapped[int]
    reference: Mapped[str]
    state: Mapped[PaymentState] = mapped_column(server_default="pending")
    amount: Mapped[int]
    currency: Mapped[str]
    locale: Mapped[str]
    captured: Mapped[int] = mapped_column(server_default="0")
    refunded: Mapped[int] = mapped_column(server_default="0")
    fee: Mapped[int | None]
    refusals: Mapped[int] = mapped_column(server_default="0")
    session_ref: Mapped[str | None] = mapped_column(unique=True)
    intent_ref: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(server_default="")

    @property
    def money(self) -> Money:
        """Return what is asked for."""
        return Money(self.amount, self.currency)

    @property
    def refundable(self) -> int:
        """Return the minor units that can still be sent back."""
        return self.captured - self.refunded

    def become(self, state: PaymentState) -> None:
        """Move along the table of payments; raises IllegalMoveError."""
        PAYMENT.check(self.state, state)
        self.state = state


class PaymentEvent(Base):
    """One move of a payment, dated, by the provider's word or ours: the audit trail of money."""

    __tablename__ = "payment_events"
    __columns__: ClassVar = columns("id payment_id state amount by_kind why at")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    state: Mapped[PaymentState]
    amount: Mapped[int]
    by_kind: Mapped[str]
    why: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Refund(Base):
    """Money to send back: written, with the random key that names it there, before the provider is called.

    A surplus was never the order's: it came twice, too late, or was another amount. `fee` as in a payment.
    """

    __tablename__ = "refunds"
    __columns__: ClassVar = columns(
        "id key payment_id order_id state amount currency reason is_surplus fee by_kind created_at settled_at"
        " failure trouble",
        "refund_ref by_id",
    )
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_refunds_order_id", "order_id"),
        Index("ix_refunds_open", "created_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    key: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid(), unique=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    order_id: Mapped[int]
    state: Mapped[RefundState] = mapped_column(server_default="pending")
    amount: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str]
    is_surplus: Mapped[bool] = mapped_column(server_default="false")
    fee: Mapped[int | None]
    by_kind: Mapped[str]
    by_id: Mapped[str]
    refund_ref: Mapped[str | None] = mapped_column(unique=True)
    failure: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(server_default="")

    def become(self, state: RefundState) -> None:
        """Move along the table of refunds; raises IllegalMoveError."""
        REFUND.check(self.state, state)
        self.state = state


class RefundEvent(Base):
    """One move of a refund, dated: who asked and why, then what the provider says."""

    __tablename__ = "refund_events"
    __columns__: ClassVar = columns("id refund_id state by_kind why at")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), index=True)
    state: Mapped[RefundState]
    by_kind: Mapped[str]
    why: Mapped[str]
    at: Mapped[datetime]


class RefundLine(Base):
    """The part of a refund that belongs to one order line; without a line it belongs to delivery."""

    __tablename__ = "refund_lines"
    __columns__: ClassVar = columns("id refund_id order_line_id quantity amount")
    __table_args__ = (
        CheckConstraint("amount >= 0 AND quantity >= 0", name="positive"),
        Index("ix_refund_lines_order_line_id", "order_line_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refunds.id"), index=True)
    order_line_id: Mapped[int | None]
    quantity: Mapped[int]
    amount: Mapped[int]
