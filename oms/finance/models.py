"""What goods cost the shop itself, as dated statements."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import columns


class UnitCost(Base):
    """What one unit of a variant costs the shop, without tax, from a moment on; minor units of a currency."""

    __tablename__ = "unit_costs"
    __columns__: ClassVar = columns("id variant_id currency amount valid_from")
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index("uq_unit_costs_moment", "variant_id", "currency", "valid_from", unique=True),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"))
    currency: Mapped[str]
    amount: Mapped[int]
    valid_from: Mapped[datetime]
