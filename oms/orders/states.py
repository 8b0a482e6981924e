"""The life of an order. Paid, part-shipped and refunded are no states: they are read elsewhere."""

from enum import StrEnum

from oms.kernel.states import Machine

# What the history says where a buyer agreed that a download begins at once, and that this ends the right to
# withdraw from it (Directive 2011/83/EU, article 16 m).
WAIVED = "withdrawal waived"


class OrderState(StrEnum):
    """Awaiting payment until captured; lapsed if never; placed is the agreement."""

    AWAITING_PAYMENT = "awaiting_payment"
    PLACED = "placed"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


ORDER = Machine(
    "order",
    {
        OrderState.AWAITING_PAYMENT: frozenset({OrderState.PLACED, OrderState.LAPSED, OrderState.CANCELLED}),
        OrderState.PLACED: frozenset({OrderState.CLOSED, OrderState.CANCELLED}),
        # Money may come after we gave up; while the goods are there the order is honored.
        OrderState.LAPSED: frozenset({OrderState.PLACED}),
    },
)
