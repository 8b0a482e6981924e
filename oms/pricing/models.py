"""Tax rates as dated facts."""

from datetime import date
from typing import ClassVar

from sqlalchemy import CheckConstraint, Date, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from oms.kernel.db import Base
from oms.kernel.register import columns


class TaxRate(Base):
    """The rate of a tax class in a country (and region) from a day on; hundredths of a percent."""

    __tablename__ = "tax_rates"
    __columns__: ClassVar = columns("id country region tax_class basis_points valid_from source")
    __table_args__ = (
        CheckConstraint("basis_points BETWEEN 0 AND 5000", name="basis_points"),
        Index("uq_tax_rates_day", "country", "region", "tax_class", "valid_from", unique=True),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    country: Mapped[str]
    region: Mapped[str] = mapped_column(server_default="")
    tax_class: Mapped[str]
    basis_points: Mapped[int]
    valid_from: Mapped[date] = mapped_column(Date)
    source: Mapped[str]
