"""Fulfillment orders, pick lists, shipments and parcels: goods and states, never a person."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oms.fulfillment.states import (
    FULFILLMENT,
    LABEL,
    SHIPMENT,
    FulfillmentState,
    LabelState,
    ShipmentState,
)
from oms.kernel.audit import Actor
from oms.kernel.db import Base
from oms.kernel.register import columns


class PickList(Base):
    """A wave: fulfillment orders of one warehouse that are picked in one walk."""

    __tablename__ = "pick_lists"
    __columns__: ClassVar = columns("id warehouse_id started_at done_at by_kind", "by_id")
    __table_args__ = (Index("ix_pick_lists_open", "warehouse_id", postgresql_where=text("done_at IS NULL")),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]
    by_kind: Mapped[str]
    by_id: Mapped[str]


class FulfillmentOrder(Base):
    """The part of an order that one warehouse sends."""

    __tablename__ = "fulfillment_orders"
    __columns__: ClassVar = columns("id order_id warehouse_id state pick_list_id made_at ended_at")
    __table_args__ = (
        UniqueConstraint("order_id", "warehouse_id"),
        Index(
            "ix_fulfillment_orders_live",
            "warehouse_id",
            "made_at",
            postgresql_where=text("state IN ('open', 'in_progress')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    state: Mapped[FulfillmentState] = mapped_column(server_default="open")
    pick_list_id: Mapped[int | None] = mapped_column(ForeignKey("pick_lists.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]

    lines: Mapped[list["FulfillmentLine"]] = relationship(lazy="raise_on_sql", order_by="FulfillmentLine.id")

    def become(self, state: FulfillmentState) -> None:
        """Move along the table of fulfillment orders; raises IllegalMoveError."""
        FULFILLMENT.check(self.state, state)
        self.state = state

    def event(self, what: str, by: Actor, *, at: datetime, why: str = "") -> "FulfillmentEvent":
        """Return the history row of something that happened, to be added to a session."""
        return FulfillmentEvent(
            fulfillment_order_id=self.id, what=what, why=why[:200], by_kind=by.kind, by_id=by.id, at=at
        )


class FulfillmentLine(Base):
    """Units of an order line to send from here: how many, how many picked, how many in the box."""

    __tablename__ = "fulfillment_lines"
    __columns__: ClassVar = columns("id fulfillment_order_id order_line_id variant_id quantity picked packed")
    __table_args__ = (
        UniqueConstraint("fulfillment_order_id", "order_line_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("picked >= 0 AND picked <= quantity", name="picked"),
        CheckConstraint("packed >= 0 AND packed <= quantity", name="packed"),
        Index("ix_fulfillment_lines_order_line_id", "order_line_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    fulfillment_order_id: Mapped[int] = mapped_column(ForeignKey("fulfillment_orders.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"))
    quantity: Mapped[int]
    picked: Mapped[int] = mapped_column(server_default="0")
    packed: Mapped[int] = mapped_column(server_default="0")


class Shipment(Base):
    """One handing-over of a fulfillment order to a carrier, or to the buyer in person."""

    __tablename__ = "shipments"
    __columns__: ClassVar = columns(
        "id fulfillment_order_id order_id state carrier service packed_at handed_over_at ended_at"
    )
    __table_args__ = (
        Index("ix_shipments_order_id", "order_id"),
        Index(
            "uq_shipments_live",
            "fulfillment_order_id",
            unique=True,
            postgresql_where=text("state <> 'unpacked'"),
        ),
        Index("ix_shipments_state", "state", "handed_over_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    fulfillment_order_id: Mapped[int] = mapped_column(ForeignKey("fulfillment_orders.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    state: Mapped[ShipmentState] = mapped_column(server_default="packed")
    carrier: Mapped[str]
    service: Mapped[str]
    packed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    handed_over_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    def become(self, state: ShipmentState) -> None:
        """Move along the table of shipments; raises IllegalMoveError."""
        SHIPMENT.check(self.state, state)
        self.state = state


class Parcel(Base):
    """One labelled box. It has at most one label, ever; another label is another parcel.

    `label_ref` is the carrier's id of the label; `label_file` and `tracking` are ids of sealed records.
    `postage` is what the carrier charges for it, in minor units; empty where nobody has said it.
    """

    __tablename__ = "parcels"
    __columns__: ClassVar = columns(
        "id shipment_id carrier service grams label_state label_problem postage currency made_at asked_at"
        " labelled_at",
        "label_ref label_file tracking",
    )
    __table_args__ = (
        CheckConstraint("grams > 0", name="grams"),
        CheckConstraint("postage >= 0 AND (postage IS NULL) = (currency = '')", name="postage"),
        Index(
            "ix_parcels_wanted", "asked_at", postgresql_where=text("label_state IN ('wanted', 'void_wanted')")
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"), index=True)
    carrier: Mapped[str]
    service: Mapped[str]
    grams: Mapped[int]
    label_state: Mapped[LabelState] = mapped_column(server_default="none")
    label_problem: Mapped[str] = mapped_column(server_default="")
    postage: Mapped[int | None]
    currency: Mapped[str] = mapped_column(server_default="")
    label_ref: Mapped[str | None] = mapped_column(unique=True)
    label_file: Mapped[UUID | None]
    tracking: Mapped[UUID | None] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    asked_at: Mapped[datetime | None]
    labelled_at: Mapped[datetime | None]

    @property
    def reference(self) -> str:
        """Return the name under which the carrier knows this parcel; it says nothing about the order."""
        return f"parcel-{self.id}"

    def label_become(self, state: LabelState) -> None:
        """Move along the table of labels; raises IllegalMoveError."""
        LABEL.check(self.label_state, state)
        self.label_state = state


class FulfillmentEvent(Base):
    """One move of a fulfillment order, its shipment or its label: dated, by whom, why."""

    __tablename__ = "fulfillment_events"
    __columns__: ClassVar = columns("id fulfillment_order_id what why by_kind at", "by_id")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    fulfillment_order_id: Mapped[int] = mapped_column(ForeignKey("fulfillment_orders.id"), index=True)
    what: Mapped[str]
    why: Mapped[str] = mapped_column(server_default="")
    by_kind: Mapped[str]
    by_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
