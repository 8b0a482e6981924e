"""The lives of a payment and of a refund, in our words; Stripe's are translated in the gateway only."""

from enum import StrEnum

from oms.kernel.states import Machine


class PaymentState(StrEnum):
    """An attempt to pay: pending until the provider's word; `unknown` when the provider's answer was lost."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    UNKNOWN = "unknown"
    CAPTURED = "captured"
    FAILED = "failed"
    VOIDED = "voided"


_OPEN = frozenset(
    {
        PaymentState.AUTHORIZED,
        PaymentState.CAPTURED,
        PaymentState.FAILED,
        PaymentState.VOIDED,
        PaymentState.UNKNOWN,
    }
)

PAYMENT = Machine(
    "payment",
    {
        PaymentState.PENDING: _OPEN,
        PaymentState.UNKNOWN: _OPEN - {PaymentState.UNKNOWN},
        PaymentState.AUTHORIZED: frozenset({PaymentState.CAPTURED, PaymentState.VOIDED, PaymentState.FAILED}),
        # Money that comes after we gave up is still money: it is honored or sent back.
        PaymentState.FAILED: frozenset({PaymentState.CAPTURED}),
        PaymentState.VOIDED: frozenset({PaymentState.CAPTURED}),
    },
)


class RefundState(StrEnum):
    """A refund: pending until the provider's word."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REFUND = Machine(
    "refund",
    {
        RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
        # A bank may send a refund back days later (https://docs.stripe.com/refunds#failed-refunds).
        RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    },
)
