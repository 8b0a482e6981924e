"""Warehouses, their stock levels, the holds on them and the ledger that explains them."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from oms.inventory.states import MovementKind, ReservationState
from oms.kernel.db import Base
from oms.kernel.register import columns


class Warehouse(Base):
    """A place that holds stock; sourcing asks it in order of `position`."""

    __tablename__ = "warehouses"
    __columns__: ClassVar = columns("id code name country postcode city street position")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    country: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str] = mapped_column(server_default="")
    street: Mapped[str] = mapped_column(server_default="")
    position: Mapped[int] = mapped_column(server_default="0")


class StockLevel(Base):
    """The counters of one variant in one warehouse; nothing references them: a hot row stays cheap."""

    __tablename__ = "stock_levels"
    __columns__: ClassVar = columns("variant_id warehouse_id on_hand reserved allocated incoming safety")
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("allocated >= 0", name="allocated"),
        CheckConstraint("incoming >= 0 AND safety >= 0", name="incoming_safety"),
        CheckConstraint("reserved + allocated <= on_hand", name="promised"),
        {
            "postgresql_with": {
                "fillfactor": 50,
                "autovacuum_vacuum_scale_factor": "0.02",
                "autovacuum_vacuum_cost_delay": "0",
            }
        },
    )

    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"), primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"), primary_key=True)
    on_hand: Mapped[int] = mapped_column(server_default="0")
    reserved: Mapped[int] = mapped_column(server_default="0")
    allocated: Mapped[int] = mapped_column(server_default="0")
    incoming: Mapped[int] = mapped_column(server_default="0")
    safety: Mapped[int] = mapped_column(server_default="0")

    @property
    def available(self) -> int:
        """Return how many units can still be promised; never below zero."""
        return max(0, self.on_hand - self.reserved - self.allocated - self.safety)


class Reservation(Base):
    """A checkout's hold on one level; it ends on payment truth only."""

    __tablename__ = "reservations"
    __columns__: ClassVar = columns(
        "id order_id order_line_id variant_id warehouse_id quantity state made_at ended_at"
    )
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_reservations_order_id", "order_id"),
        Index("ix_reservations_live", "variant_id", postgresql_where=text("state = 'live'")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    order_id: Mapped[int]
    order_line_id: Mapped[int]
    variant_id: Mapped[int]
    warehouse_id: Mapped[int]
    quantity: Mapped[int]
    state: Mapped[ReservationState] = mapped_column(server_default="live")
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]


class StockMovement(Base):
    """One line of the ledger: counters equal the sum of these; never changed, never deleted."""

    __tablename__ = "stock_movements"
    __columns__: ClassVar = columns(
        "id variant_id warehouse_id kind quantity order_line_id batch note at by_kind", "by_id"
    )
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        Index("ix_stock_movements_level", "variant_id", "warehouse_id"),
        # Nothing is moved twice for one order line: an allocation, a release, a shipment of a batch.
        Index(
            "uq_stock_movements_once",
            "order_line_id",
            "warehouse_id",
            "kind",
            "batch",
            unique=True,
            postgresql_where=text("order_line_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    variant_id: Mapped[int]
    warehouse_id: Mapped[int]
    kind: Mapped[MovementKind]
    quantity: Mapped[int]
    order_line_id: Mapped[int | None]
    batch: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by_kind: Mapped[str] = mapped_column(server_default="system")
    by_id: Mapped[str] = mapped_column(server_default="")
