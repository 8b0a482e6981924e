"""What an account keeps of another shop, because its owner brought it along."""

from dataclasses import dataclass

from oms.buyers.personal import INACTIVE_DAYS
from oms.kernel.register import THEIR_OWN, Basis, Category, Event, Purpose, Retention, personal, sealed

_LIFE = Retention(after=Event.ACCOUNT_CLOSED, days=0, at_most=INACTIVE_DAYS)
_PURPOSES = frozenset({Purpose.ACCOUNT, Purpose.RIGHTS})
_WHY = "You brought it along from another shop."


@sealed(
    "history.address",
    unit="account",
    purposes=_PURPOSES,
    basis=Basis.CONSENT,
    retention=_LIFE,
    source="another shop, by your hand",
    readers={
        Purpose.ACCOUNT: "buyer arrivals",
        Purpose.RIGHTS: f"{THEIR_OWN} arrivals",
    },
)
@dataclass(frozen=True, slots=True)
class PastAddress:
    """An address that another shop sent something to."""

    name: str = personal("Name on the parcel", _WHY, Category.ADDRESS, default="")
    street: str = personal("Street and number", _WHY, Category.ADDRESS, default="")
    city: str = personal("City", _WHY, Category.ADDRESS, default="")
    postcode: str = personal("Postcode", _WHY, Category.ADDRESS, default="")
    region: str = personal("State or province", _WHY, Category.ADDRESS, default="")
    district: str = personal("District", _WHY, Category.ADDRESS, default="")
    country: str = personal("Country", _WHY, Category.ADDRESS, default="")
    phone: str = personal("Phone", _WHY, Category.CONTACT, default="")


@sealed(
    "history.order",
    unit="account",
    purposes=_PURPOSES,
    basis=Basis.CONSENT,
    retention=_LIFE,
    source="another shop, by your hand",
    readers={
        Purpose.ACCOUNT: "buyer arrivals",
        Purpose.RIGHTS: f"{THEIR_OWN} arrivals",
    },
)
@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order at another shop; amounts in minor units of its currency."""

    number: str = personal("Order number", _WHY, Category.ORDER_HISTORY, default="")
    placed_at: str = personal("Placed on", _WHY, Category.ORDER_HISTORY, default="")
    country: str = personal("Country", _WHY, Category.ORDER_HISTORY, default="")
    currency: str = personal("Currency", _WHY, Category.ORDER_HISTORY, default="")
    total: int = personal("Total", _WHY, Category.ORDER_HISTORY, default=0)
    tax: int = personal("Tax", _WHY, Category.ORDER_HISTORY, default=0)
    delivery: int = personal("Delivery", _WHY, Category.ORDER_HISTORY, default=0)
    goods: tuple[str, ...] = personal("Goods", _WHY, Category.ORDER_HISTORY, default=())
