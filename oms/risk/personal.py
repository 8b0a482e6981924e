"""Why an order waits for a look: kept apart from it, for its reviewers and its buyer, and not for long."""

from dataclasses import dataclass

from oms.kernel.register import (
    THEIR_OWN,
    Basis,
    Category,
    Event,
    Purpose,
    Retention,
    declare_place,
    personal,
    sealed,
)

# A person has two days to look; 30 days after that everybody has been heard.
DAYS = 32


@sealed(
    "order.doubt",
    unit="order",
    purposes=frozenset({Purpose.SECURITY, Purpose.RIGHTS}),
    basis=Basis.LEGITIMATE_INTEREST,
    retention=Retention(after=Event.SEALED, days=DAYS, at_most=DAYS),
    source="the shop",
    readers={Purpose.SECURITY: "owner finance", Purpose.RIGHTS: THEIR_OWN},
)
@dataclass(frozen=True, slots=True)
class DoubtReasons:
    """What was seen, as codes with figures (`refused=4 nearby=3`), and the points of a hundred it came to."""

    signs: str = personal(
        "What looked unusual",
        "A person looks before it is sent, so that nobody buys with what belongs to others. We compare"
        " refused cards, totals, money sent back, and marks of mailbox and address, without opening them.",
        Category.ABUSE,
    )
    points: str = personal(
        "Points, of 100",
        "From 50 on a person looks. A machine refuses nothing.",
        Category.ABUSE,
    )


declare_place(
    "marks of orders",
    holds="keyed digests of mailbox, phone, street and postcode, which say nothing without their key",
    personal=True,
    purpose="to find an order again; to see orders that share a mailbox or an address (legitimate interest)",
    life="as long as the record that they are of; renewed each month",
)
