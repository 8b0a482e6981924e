"""Ways to send a parcel from the shop to a country: price by weight, days, and what the carrier must know."""

from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import columns


class ShippingMethod(Base):
    """One way of delivery in a market; amounts in minor units of the market's currency, weights in grams.

    `steps` is a list of [up to grams, amount]; beyond the last step the method is not offered.
    """

    __tablename__ = "shipping_methods"
    __columns__: ClassVar = columns(
        "id code market_code position names carrier service countries not_postcodes steps free_from"
        " days_least days_most is_pickup needs_phone is_active"
    )
    __table_args__ = (
        CheckConstraint("days_least >= 0 AND days_most >= days_least", name="days"),
        CheckConstraint("jsonb_array_length(steps) > 0", name="steps"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    market_code: Mapped[str] = mapped_column(ForeignKey("markets.code"))
    position: Mapped[int] = mapped_column(server_default="0")
    names: Mapped[dict[str, str]] = mapped_column(JSONB)
    carrier: Mapped[str]
    service: Mapped[str]
    countries: Mapped[list[str]] = mapped_column(ARRAY(String))
    not_postcodes: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    steps: Mapped[list[list[int]]] = mapped_column(JSONB)
    free_from: Mapped[int | None]
    days_least: Mapped[int]
    days_most: Mapped[int]
    is_pickup: Mapped[bool] = mapped_column(server_default="false")
    needs_phone: Mapped[bool] = mapped_column(server_default="false")
    is_active: Mapped[bool] = mapped_column(server_default="true")

    def amount(self, grams: int, goods: int) -> int | None:
        """Return what sending costs, or None where this is too heavy for the method."""
        step = next((amount for most, amount in sorted(self.steps) if grams <= most), None)
        if step is None:
            return None
        return 0 if self.free_from is not None and goods >= self.free_from else step

    def reaches(self, country: str, postcode: str) -> bool:
        """Say whether the method goes there, by country and the beginning of the postcode alone."""
        plain = postcode.replace(" ", "").upper()
        return country in self.countries and not any(plain.startswith(p) for p in self.not_postcodes)
