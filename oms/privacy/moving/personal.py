"""What somebody says who has lost the mailbox of an order: no more than is compared with it."""

from dataclasses import dataclass

from oms.kernel.register import (
    THEIR_MAILBOX,
    Basis,
    Category,
    Event,
    Purpose,
    Retention,
    personal,
    sealed,
)


@sealed(
    "move.claim",
    unit="move",
    purposes=frozenset({Purpose.SECURITY, Purpose.RIGHTS}),
    basis=Basis.LEGITIMATE_INTEREST,
    retention=Retention(after=Event.SEALED, days=30, at_most=30),
    readers={Purpose.SECURITY: "requests answers", Purpose.RIGHTS: THEIR_MAILBOX},
)
@dataclass(frozen=True, slots=True)
class MoveClaim:
    """The new mailbox, and what is compared with the order; it goes days after the end."""

    email: str = personal(
        "New e-mail",
        "To prove that this mailbox is yours, and to write to it from now on.",
        Category.CONTACT,
        recipients=("mail service",),
        indexed=True,
    )
    number: str = personal("Order number", "To find the order.", Category.ORDER_HISTORY, indexed=True)
    postcode: str = personal("Postcode", "Compared with the order.", Category.ADDRESS)
    amount: str = personal(
        "Amount paid", "Compared with the order, until it has arrived.", Category.ORDER_HISTORY, default=""
    )
