"""What is said to Stripe and what it says, in our words: an attempt, what became of it, a refusal."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from oms.kernel.errors import UnavailableError
from oms.kernel.money import Money, half_up
from oms.payments.states import PaymentState, RefundState


@dataclass(frozen=True, slots=True)
class Start:
    """What one attempt to pay needs; equal on each retry, so that the same session is found again.

    `key` is the payment's own: the session carries it, and its idempotency key begins with it.
    """

    key: UUID
    reference: str
    money: Money
    locale: str
    expires_at: datetime
    success_url: str
    cancel_url: str
    mailbox: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """A session at Stripe and the page to send the shopper to; the address is not stored."""

    session_ref: str
    url: str


@dataclass(frozen=True, slots=True)
class SessionTruth:
    """What Stripe says of a session now."""

    session_ref: str
    payment_key: UUID | None
    state: PaymentState
    captured: Money | None
    intent_ref: str | None


@dataclass(frozen=True, slots=True)
class RefundTruth:
    """What Stripe says of a refund now."""

    refund_ref: str
    refund_key: UUID | None
    intent_ref: str | None
    state: RefundState
    money: Money
    failure: str


class GatewayRefusedError(UnavailableError):
    """We cannot take this payment now. Nothing was charged. We have been told; try again later.

    Stripe refuses this request, and did nothing; `reason` is its code, for the desk.
    """

    code = "gateway_refused"

    def __init__(self, message: str = "", *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class GatewayDeniedError(UnavailableError):
    """We cannot take payments now. Nothing was charged. We have been told; try again later.

    Stripe refuses whoever asks, and did nothing now; what an earlier call did is not known. `reason` is its
    type of error, for the desk.
    """

    code = "gateway_denied"

    def __init__(self, *, reason: str) -> None:
        super().__init__()
        self.reason = reason


def refusal(reason: str) -> GatewayRefusedError:
    """Return the error for a code of Stripe, with what the shopper can do about it."""
    if reason == "amount_too_small":
        return GatewayRefusedError(
            "This total is too small to be paid. Add something to your cart, then pay. Nothing was charged.",
            reason=reason,
        )
    if reason == "amount_too_large":
        return GatewayRefusedError(
            "This total is too large to be paid at once. Order in two parts. Nothing was charged.",
            reason=reason,
        )
    return GatewayRefusedError(reason=reason)


def key_in(text: object) -> UUID | None:
    """Return the key of ours that an object of Stripe carries; None for what somebody else made there."""
    try:
        return UUID(str(text or ""))
    except ValueError:
        return None


def reference_in(found: object) -> str | None:
    """Return the id of what Stripe names, whole or by its id alone."""
    if isinstance(found, dict):
        return str(found["id"])
    return found if isinstance(found, str) else None


def fee_in(movement: dict[str, Any], moved: Money) -> int:
    """Return the fee of a movement of the balance, in minor units of the currency that the payer paid in.

    Where Stripe converted, the movement's amount is the payer's amount times `exchange_rate`, and so is its
    fee (https://docs.stripe.com/api/balance_transactions/object); that rate is the ratio of the two amounts.
    """
    if movement["currency"].upper() == moved.currency:
        return Money.from_stripe(movement["fee"], moved.currency).amount
    if not movement["amount"]:
        return 0
    return half_up(Fraction(movement["fee"] * moved.amount, abs(movement["amount"])))
