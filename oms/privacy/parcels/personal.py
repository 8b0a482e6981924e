"""What whoever got a parcel types to show that it went to them."""

from dataclasses import dataclass

from oms.kernel.register import Basis, Category, Event, Purpose, Retention, personal, sealed


@sealed(
    "request.parcel",
    unit="request",
    purposes=frozenset({Purpose.RIGHTS}),
    basis=Basis.LEGAL_OBLIGATION,
    # With the mailbox of its request: it goes with the answer, or then.
    retention=Retention(after=Event.SEALED, days=107, at_most=107),
    readers={Purpose.RIGHTS: "buyer guest copies erasure requests"},
)
@dataclass(frozen=True, slots=True)
class ParcelClaim:
    """The parcel that somebody asks about, as its label says; compared by us, read by nobody at the desk."""

    number: str = personal(
        "Order number on the parcel", "To find the parcel that you ask about.", Category.ORDER_HISTORY
    )
    postcode: str = personal(
        "Postcode on the parcel", "To see that the parcel went to you.", Category.ADDRESS
    )
    name: str = personal("Name on the parcel", "To see that the parcel went to you.", Category.ADDRESS)
