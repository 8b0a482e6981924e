"""Our payments and refunds beside Stripe's: by reference, amount, currency and status, to the cent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from oms.payments import gateway
from oms.payments.models import Payment, Refund
from oms.payments.states import PaymentState, RefundState
from oms.payments.words import SessionTruth

_OPEN = (PaymentState.PENDING, PaymentState.UNKNOWN, PaymentState.AUTHORIZED)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that we and Stripe tell differently."""

    what: str
    reference: str
    ours: str
    theirs: str


def differences(session: Session, *, since: datetime, until: datetime) -> Iterator[Difference]:
    """Give what differs of payments and refunds made between two moments; the last may still settle."""
    ours = {p.session_ref: p for p in session.scalars(select(Payment).where(Payment.created_at >= since))}
    for truth in gateway.sessions_since(since):
        payment = ours.pop(truth.session_ref, None)
        if payment is None:
            yield Difference("session unknown to us", truth.session_ref, "", str(truth.state))
        elif payment.created_at <= until:
            yield from _of_payment(payment, truth)
    for ref, payment in ours.items():
        if ref is not None and payment.created_at <= until:
            yield Difference("session unknown to Stripe", ref, str(payment.state), "")
    yield from _of_refunds(session, since, until)


def _of_payment(payment: Payment, truth: SessionTruth) -> Iterator[Difference]:
    is_open = payment.state in _OPEN and truth.state in _OPEN
    if payment.state != truth.state and not is_open:
        yield Difference("status", truth.session_ref, str(payment.state), str(truth.state))
    if truth.captured is not None:
        told = (payment.captured, payment.currency)
        if told != (truth.captured.amount, truth.captured.currency):
            theirs = f"{truth.captured.amount} {truth.captured.currency}"
            yield Difference("amount", truth.session_ref, f"{told[0]} {told[1]}", theirs)


def _of_refunds(session: Session, since: datetime, until: datetime) -> Iterator[Difference]:
    ours = {r.refund_ref: r for r in session.scalars(select(Refund).where(Refund.created_at >= since))}
    for truth in gateway.refunds_since(since):
        refund = ours.pop(truth.refund_ref, None)
        if refund is None:
            yield Difference("refund unknown to us", truth.refund_ref, "", f"{truth.money.amount}")
        elif (refund.amount, refund.currency) != (truth.money.amount, truth.money.currency):
            theirs = f"{truth.money.amount} {truth.money.currency}"
            yield Difference("refund amount", truth.refund_ref, f"{refund.amount} {refund.currency}", theirs)
        elif refund.state != truth.state and refund.created_at <= until:
            yield Difference("refund status", truth.refund_ref, str(refund.state), str(truth.state))
    for ref, refund in ours.items():
        if refund.state is RefundState.SUCCEEDED and refund.created_at <= until:
            yield Difference("refund unknown to Stripe", str(ref), str(refund.amount), "")
