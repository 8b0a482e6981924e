"""Carts and their lines, which expire; a shopper reaches one by the random token of the session alone."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, func
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import Life, columns


class Cart(Base):
    """What somebody means to buy, in one market and language; nobody is named in it."""

    __tablename__ = "carts"
    __columns__: ClassVar = columns("id market_code language made_at expires_at")
    __life__: ClassVar = Life("expires_at")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    market_code: Mapped[str] = mapped_column(ForeignKey("markets.code"))
    language: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)


class CartLine(Base):
    """Units of one variant, with the price that was shown last, in minor units."""

    __tablename__ = "cart_lines"
    __columns__: ClassVar = columns("cart_id variant_id quantity price_seen position")
    __table_args__ = (CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),)

    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), primary_key=True)
    quantity: Mapped[int]
    price_seen: Mapped[int]
    position: Mapped[int] = mapped_column(Identity())
