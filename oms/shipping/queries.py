"""Which ways of delivery a shopper can choose, from market, country and postcode alone."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from oms.shipping.models import ShippingMethod


@dataclass(frozen=True, slots=True)
class Offer:
    """One way of delivery with its price in minor units, its days and what its carrier must know."""

    code: str
    names: dict[str, str]
    amount: int
    days_least: int
    days_most: int
    carrier: str
    service: str
    is_pickup: bool
    needs_phone: bool

    def name(self, language: str) -> str:
        """Return the name in a language, in English where it has none."""
        return self.names.get(language) or self.names.get("en", self.code)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent where, as coarsely as a price needs it: grams, minor units, country, postcode."""

    market: str
    country: str
    postcode: str
    grams: int
    goods: int


# Put together once, as putting together takes longer than running.
_ACTIVE = (
    select(ShippingMethod)
    .where(ShippingMethod.market_code == bindparam("market"), ShippingMethod.is_active)
    .order_by(ShippingMethod.position, ShippingMethod.id)
)


def offers(session: Session, parcel: Parcel) -> list[Offer]:
    """Return the offers for a parcel, in the shop's order; empty where nothing goes there."""
    found = session.scalars(_ACTIVE, {"market": parcel.market})
    return [
        _offer(method, amount)
        for method in found
        if method.reaches(parcel.country, parcel.postcode)
        and (amount := method.amount(parcel.grams, parcel.goods)) is not None
    ]


def _offer(method: ShippingMethod, amount: int) -> Offer:
    return Offer(
        code=method.code,
        names=method.names,
        amount=amount,
        days_least=method.days_least,
        days_most=method.days_most,
        carrier=method.carrier,
        service=method.service,
        is_pickup=method.is_pickup,
        needs_phone=method.needs_phone,
    )
