"""Forecasts by SKU, how each is bought, what was ordered, and alerts; none of it is about people."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Double, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from oms.insights.reordering import LEAD_DAYS, PACK, REVIEW_DAYS, Terms
from oms.kernel.db import Base
from oms.kernel.register import columns


class DemandForecast(Base):
    """What a SKU will sell on each day of a week, from a day on; how good such forecasts were; its levels.

    `past` is what sold in each of the last weeks, the oldest first.
    It is ordered at `reorder_point`, of which `safety` is for days that sell more; None: it does not sell.
    """

    __tablename__ = "demand_forecasts"
    __columns__: ClassVar = columns(
        "variant_id made_on method week past days tested error naive_error mase deviation reorder_point up_to"
        " safety"
    )

    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), primary_key=True, autoincrement=False)
    made_on: Mapped[date]
    method: Mapped[str] = mapped_column(server_default="")
    week: Mapped[list[float]] = mapped_column(ARRAY(Double))
    past: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    days: Mapped[int] = mapped_column(server_default="0")
    tested: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[float] = mapped_column(Double, server_default="0")
    naive_error: Mapped[float] = mapped_column(Double, server_default="0")
    mase: Mapped[float | None] = mapped_column(Double)
    deviation: Mapped[float] = mapped_column(Double, server_default="0")
    reorder_point: Mapped[int | None]
    up_to: Mapped[int] = mapped_column(server_default="0")
    safety: Mapped[int] = mapped_column(server_default="0")


class ReplenishmentRule(Base):
    """How one SKU is bought, where it differs from the others; None is the shop's own figure."""

    __tablename__ = "replenishment_rules"
    __columns__: ClassVar = columns("variant_id lead_days review_days pack reorder_at is_watched")
    __table_args__ = (
        CheckConstraint("lead_days > 0 AND review_days > 0 AND pack > 0", name="days_and_pack"),
        CheckConstraint("reorder_at >= 0", name="reorder_at"),
    )

    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), primary_key=True, autoincrement=False)
    lead_days: Mapped[int | None]
    review_days: Mapped[int | None]
    pack: Mapped[int | None]
    reorder_at: Mapped[int | None]
    is_watched: Mapped[bool] = mapped_column(server_default="true")

    @property
    def terms(self) -> Terms:
        """Return how it is bought, with the shop's figures where it has none of its own."""
        return Terms(
            self.lead_days or LEAD_DAYS, self.review_days or REVIEW_DAYS, self.pack or PACK, self.reorder_at
        )


class ReplenishmentOrder(Base):
    """What somebody ordered of a SKU, and until when it comes; receipts from then on are taken off it."""

    __tablename__ = "replenishment_orders"
    __columns__: ClassVar = columns("variant_id units expected_on ordered_at")
    __table_args__ = (CheckConstraint("units > 0", name="units"),)

    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), primary_key=True, autoincrement=False)
    units: Mapped[int]
    expected_on: Mapped[date]
    ordered_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReplenishmentAlert(Base):
    """Stock of a SKU, there and on its way, fell to its reorder point; one row for each such crossing."""

    __tablename__ = "replenishment_alerts"
    __columns__: ClassVar = columns("id variant_id raised_at position reorder_point cleared_at")
    __table_args__ = (
        # However many look at once: of one SKU one alert is open.
        Index(
            "uq_replenishment_alerts_open",
            "variant_id",
            unique=True,
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"))
    raised_at: Mapped[datetime] = mapped_column(server_default=func.now())
    position: Mapped[int]
    reorder_point: Mapped[int]
    cleared_at: Mapped[datetime | None]
