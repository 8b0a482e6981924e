"""What somebody states who withdraws from a contract: no more than the law names."""

from dataclasses import dataclass

from oms.kernel.register import THEIR_MAILBOX, Basis, Category, Event, Purpose, Retention, personal, sealed


@sealed(
    "order.withdrawal",
    unit="order",
    purposes=frozenset({Purpose.AFTER_SALES, Purpose.ORDER_MESSAGES, Purpose.RIGHTS}),
    basis=Basis.LEGAL_OBLIGATION,
    retention=Retention(after=Event.SEALED, days=180, at_most=180),
    readers={
        Purpose.ORDER_MESSAGES: "letters",
        Purpose.RIGHTS: THEIR_MAILBOX,
    },
)
@dataclass(frozen=True, slots=True)
class WithdrawalStatement:
    """Name and mailbox of the statement: Directive 2011/83/EU, article 11a(2), as of Directive 2023/2673."""

    name: str = personal(
        "Name on the withdrawal",
        "So that your withdrawal can be told from another’s.",
        Category.CONTACT,
        recipients=("mail service",),
    )
    email: str = personal(
        "E-mail for the acknowledgment",
        "To send you the acknowledgment of your withdrawal.",
        Category.CONTACT,
        recipients=("mail service",),
    )
