"""What sending an order knows of a person: a tracking number, and the label as it was printed."""

from dataclasses import dataclass

from oms.kernel import egress
from oms.kernel.register import THEIR_OWN, Basis, Category, Erase, Event, Purpose, Retention, personal, sealed

_UNTIL_IT_ARRIVED = Retention(after=Event.DELIVERED, days=30, at_most=180)


@sealed(
    "shipment.tracking",
    unit="order",
    purposes=frozenset({Purpose.DELIVERY, Purpose.ORDER_MESSAGES, Purpose.AFTER_SALES, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=_UNTIL_IT_ARRIVED,
    source="the carrier",
    readers={
        Purpose.DELIVERY: "tracking",
        Purpose.AFTER_SALES: "owner service privacy",
        Purpose.RIGHTS: THEIR_OWN,
    },
)
@dataclass(frozen=True, slots=True)
class ShipmentTracking:
    """The carrier's number of a parcel: with it, anybody can see where somebody's parcel goes."""

    number: str = personal(
        "Tracking number",
        "To show you where the parcel is.",
        Category.ORDER_HISTORY,
        # Whoever sold it, where a marketplace did.
        recipients=("amazon", "shopify", "tiktok"),
        indexed=True,
    )


@sealed(
    "shipment.label",
    unit="order",
    purposes=frozenset({Purpose.DELIVERY, Purpose.RIGHTS}),
    basis=Basis.CONTRACT,
    retention=_UNTIL_IT_ARRIVED,
    erase=Erase.DELETE_FILE,
    source="the carrier",
    readers={
        Purpose.DELIVERY: "owner picker-packer",
        Purpose.RIGHTS: THEIR_OWN,
    },
)
@dataclass(frozen=True, slots=True)
class ShipmentLabel:
    """The label that was stuck on a parcel, as the carrier's PDF with name and address."""

    name: str = personal("Label", "To print it while the parcel is made.", Category.ADDRESS)


CARRIER = egress.declare(
    egress.Recipient(
        name="carrier",
        what_for="Carries the parcel to the address, and calls before it where the service needs that.",
        category="controller for the carriage, under postal law",
        agreement="The carrier's general conditions of carriage",
        region="the countries that a parcel travels through",
        told_by=egress.ToldBy.API,
        policy_url="",
        fields=tuple(
            f"{kind}.{name}"
            for kind in ("order.delivery", "channel.delivery")
            for name in ("name", "street", "city", "region", "postcode", "country", "phone")
        ),
    )
)
