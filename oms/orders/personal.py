"""What an order knows of a person: where the parcel goes, one mailbox, notes of staff. All of it ends."""

from dataclasses import dataclass

from oms.kernel import egress
from oms.kernel.register import (
    THEIR_MAILBOX,
    THEIR_OWN,
    Basis,
    Category,
    Event,
    Purpose,
    Retention,
    personal,
    sealed,
)

# Marketplaces let an address be kept for 30 days after delivery at most (Amazon, Data Protection Policy).
CHANNEL_DAYS = 7


@sealed(
    "order.delivery",
    unit="order",
    purposes=frozenset({Purpose.DELIVERY, Purpose.AFTER_SALES, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=Retention(after=Event.DELIVERED, days=30, at_most=180),
    readers={
        Purpose.DELIVERY: "labels owner picker-packer texts",
        Purpose.AFTER_SALES: "exports masks owner service privacy",
        Purpose.RIGHTS: f"{THEIR_OWN} requests authorities texts",
    },
)
@dataclass(frozen=True, slots=True)
class OrderDelivery:
    """Where a parcel goes; the country is also a fact of the order, for tax."""

    name: str = personal("Name on the parcel", "For the carrier.", Category.ADDRESS, recipients=("carrier",))
    street: str = personal(
        "Street and number",
        "For the carrier, on the label.",
        Category.ADDRESS,
        recipients=("carrier",),
        # Orders to one place are found by marks of it, which are compared and never opened.
        indexed=True,
    )
    country: str = personal(
        "Country", "For the carrier, and for the tax.", Category.ADDRESS, recipients=("carrier",)
    )
    city: str = personal(
        "City", "For the carrier, on the label.", Category.ADDRESS, recipients=("carrier",), default=""
    )
    postcode: str = personal(
        "Postcode",
        "For the carrier, and for the cost of delivery.",
        Category.ADDRESS,
        recipients=("carrier",),
        indexed=True,
        default="",
    )
    region: str = personal(
        "State or province",
        "For the carrier, on the label.",
        Category.ADDRESS,
        recipients=("carrier",),
        default="",
    )
    phone: str = personal(
        "Phone",
        "This carrier calls before it delivers.",
        Category.CONTACT,
        recipients=("carrier", "text service"),
        # An answer to a text names nothing but the number.
        indexed=True,
        default="",
    )

    @property
    def place(self) -> str:
        """Where it went, by which its buyer is known again: the postcode; else the city, else the street."""
        return self.postcode or self.city or self.street


@sealed(
    "channel.delivery",
    unit="order",
    # What a marketplace told us for the parcel serves the parcel, and its person's rights; nothing else.
    purposes=frozenset({Purpose.DELIVERY, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=Retention(after=Event.DELIVERED, days=CHANNEL_DAYS, at_most=150),
    source="the marketplace",
    readers={
        Purpose.DELIVERY: "labels owner picker-packer",
        Purpose.RIGHTS: f"{THEIR_OWN} requests authorities",
    },
)
@dataclass(frozen=True, slots=True)
class ChannelDelivery(OrderDelivery):
    """Where a parcel goes that a marketplace sold: fetched for its label, and not compared with others."""

    street: str = personal(
        "Street and number", "For the carrier, on the label.", Category.ADDRESS, recipients=("carrier",)
    )
    postcode: str = personal(
        "Postcode",
        "For the carrier, and for the cost of delivery.",
        Category.ADDRESS,
        recipients=("carrier",),
        default="",
    )
    phone: str = personal(
        "Phone",
        "This carrier calls before it delivers.",
        Category.CONTACT,
        recipients=("carrier",),
        default="",
    )


@sealed(
    "order.contact",
    unit="order",
    purposes=frozenset({Purpose.ORDER_MESSAGES, Purpose.PAYMENT, Purpose.AFTER_SALES, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=Retention(after=Event.RETURN_WINDOW_ENDED, days=0, at_most=240),
    readers={
        Purpose.ORDER_MESSAGES: "letters notices",
        Purpose.PAYMENT: "payments",
        Purpose.AFTER_SALES: "exports owner service privacy",
        Purpose.RIGHTS: f"{THEIR_MAILBOX} requests authorities",
    },
)
@dataclass(frozen=True, slots=True)
class OrderContact:
    """The mailbox that hears of the order, and by which a guest proves that it is theirs."""

    email: str = personal(
        "E-mail",
        "To confirm your order and say how it goes.",
        Category.CONTACT,
        recipients=("stripe", "mail service"),
        indexed=True,
    )


@sealed(
    "order.note",
    unit="order",
    purposes=frozenset({Purpose.AFTER_SALES, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    # Free text goes before everything else of the order: it can name anybody.
    retention=Retention(after=Event.DELIVERED, days=28, at_most=120),
    source="our staff",
    readers={
        Purpose.AFTER_SALES: "owner service privacy",
        Purpose.RIGHTS: THEIR_OWN,
    },
)
@dataclass(frozen=True, slots=True)
class OrderNote:
    """What staff noted of an order for each other; free text, so it is treated as if it named somebody."""

    text: str = personal("Note of our staff", "To handle your order well.", Category.MESSAGE, free_text=True)


STRIPE = egress.declare(
    egress.Recipient(
        name="stripe",
        what_for="Takes the payment on its own page; we learn only its result.",
        category="processor, and controller for its own duties",
        agreement="Stripe Services Agreement with Data Processing Agreement",
        region="EU and US",
        policy_url="https://stripe.com/privacy",
        fields=("order.contact.email",),
        waits_for_disputes=True,
        hosts=("api.stripe.com",),
    )
)
