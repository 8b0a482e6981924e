"""Orders and their lines: the agreement at agreed prices, and what stays of it as the counterfoil."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oms.kernel.audit import Actor
from oms.kernel.db import Base
from oms.kernel.money import Money
from oms.kernel.register import Life, columns
from oms.orders.states import ORDER, OrderState

# Books are kept for ten years after the year's end: the longest of our markets (Germany, AO section 147).
BOOK_YEARS = 10


class Order(Base):
    """An order: figures in minor units; of the person only a country and the beginning of a postcode.

    `channel` is the code of the connection to the marketplace that sold it; empty for what we sold. Where
    the marketplace owes the tax, the order holds none, and stands in no report of ours.
    """

    __tablename__ = "orders"
    __columns__: ClassVar = columns(
        "id number state market_code language currency tax_included country region postcode_prefix goods"
        " delivery delivery_tax tax total units method carrier service is_pickup is_digital days_least"
        " days_most sourcing created_at placed_at closed_at delivered_at returns_end_at forgotten_at"
        " notice_version channel is_tax_elsewhere",
        "placement_hash buyer_id cart_id",
    )
    # The counterfoil, which leads to nobody, goes after the years for which books are kept.
    __life__: ClassVar = Life("created_at", where="forgotten_at IS NOT NULL", years=BOOK_YEARS)
    __table_args__ = (
        CheckConstraint(
            "total = goods + delivery + CASE WHEN tax_included THEN 0 ELSE tax END", name="total"
        ),
        CheckConstraint("goods >= 0 AND delivery >= 0 AND tax >= 0 AND total >= 0", name="positive"),
        Index(
            "uq_orders_placement",
            "placement_hash",
            unique=True,
            postgresql_where=text("state <> 'lapsed' AND placement_hash IS NOT NULL"),
        ),
        Index(
            "ix_orders_list",
            text("placed_at DESC"),
            text("id DESC"),
            postgresql_where=text("placed_at IS NOT NULL"),
        ),
        Index("ix_orders_awaiting", "created_at", postgresql_where=text("state = 'awaiting_payment'")),
        Index("ix_orders_buyer_id", "buyer_id", postgresql_where=text("buyer_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    state: Mapped[OrderState] = mapped_column(server_default="awaiting_payment")
    placement_hash: Mapped[bytes | None]
    buyer_id: Mapped[int | None]
    cart_id: Mapped[int | None]
    market_code: Mapped[str]
    language: Mapped[str]
    currency: Mapped[str]
    tax_included: Mapped[bool]
    country: Mapped[str]
    region: Mapped[str] = mapped_column(server_default="")
    postcode_prefix: Mapped[str] = mapped_column(server_default="")
    goods: Mapped[int]
    delivery: Mapped[int]
    delivery_tax: Mapped[int]
    tax: Mapped[int]
    total: Mapped[int]
    units: Mapped[int]
    method: Mapped[str] = mapped_column(server_default="")
    carrier: Mapped[str] = mapped_column(server_default="")
    service: Mapped[str] = mapped_column(server_default="")
    is_pickup: Mapped[bool] = mapped_column(server_default="false")
    is_digital: Mapped[bool] = mapped_column(server_default="false")
    days_least: Mapped[int] = mapped_column(server_default="0")
    days_most: Mapped[int] = mapped_column(server_default="0")
    sourcing: Mapped[str] = mapped_column(server_default="")
    notice_version: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str] = mapped_column(server_default="")
    is_tax_elsewhere: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    placed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    returns_end_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]

    lines: Mapped[list["OrderLine"]] = relationship(lazy="raise_on_sql", order_by="OrderLine.position")
    taxes: Mapped[list["OrderTax"]] = relationship(
        lazy="raise_on_sql", order_by="OrderTax.basis_points.desc()"
    )

    @property
    def unit(self) -> str:
        """Return the retention unit that this order's personal data goes with."""
        return unit_of(self.number)

    @property
    def money(self) -> Money:
        """Return what is to be paid."""
        return Money(self.total, self.currency)

    def become(self, state: OrderState) -> None:
        """Move along the table of orders; raises IllegalMoveError."""
        ORDER.check(self.state, state)
        self.state = state

    @property
    def is_let_go(self) -> bool:
        """Say whether forgetting has begun: its keys go or are gone, and nothing takes the order up again."""
        return self.placement_hash is None

    def let_go(self) -> None:
        """Cut the first thread to the person: the checkout's form finds this order no more."""
        self.placement_hash = None

    def event(self, what: str, by: Actor, *, at: datetime, why: str = "") -> "OrderEvent":
        """Return the history row of something that happened, to be added to a session."""
        return OrderEvent(order_id=self.id, what=what, why=why[:200], by_kind=by.kind, by_id=by.id, at=at)


class OrderLine(Base):
    """Units of a SKU at the agreed price, with its tax; texts as they were shown."""

    __tablename__ = "order_lines"
    __columns__: ClassVar = columns(
        "id order_id position variant_id sku title choices quantity unit_price total basis_points tax grams"
        " hs_code origin is_digital"
    )
    __table_args__ = (
        CheckConstraint("quantity > 0 AND total = unit_price * quantity", name="total"),
        Index("ix_order_lines_order_id", "order_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"))
    sku: Mapped[str]
    title: Mapped[str]
    choices: Mapped[str] = mapped_column(server_default="")
    quantity: Mapped[int]
    unit_price: Mapped[int]
    total: Mapped[int]
    basis_points: Mapped[int]
    tax: Mapped[int]
    grams: Mapped[int]
    hs_code: Mapped[str] = mapped_column(server_default="")
    origin: Mapped[str] = mapped_column(server_default="")
    is_digital: Mapped[bool] = mapped_column(server_default="false")


class OrderTax(Base):
    """The tax of one rate in an order, and the net amount it is reckoned from; minor units."""

    __tablename__ = "order_taxes"
    __columns__: ClassVar = columns("order_id basis_points net tax")

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    basis_points: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    net: Mapped[int]
    tax: Mapped[int]


class OrderEvent(Base):
    """One move of an order, or something that happened to it: dated, by whom, why. Never a person's data.

    `note` is the id of a sealed record.
    """

    __tablename__ = "order_events"
    __columns__: ClassVar = columns("id order_id what why by_kind at", "by_id note")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    what: Mapped[str]
    why: Mapped[str] = mapped_column(server_default="")
    by_kind: Mapped[str]
    by_id: Mapped[str]
    note: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class OrderHold(Base):
    """Why an order must wait, who said so and until when; lifted, never deleted."""

    __tablename__ = "order_holds"
    __columns__: ClassVar = columns("id order_id why by_kind placed_at until lifted_at", "by_id")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    why: Mapped[str]
    by_kind: Mapped[str]
    by_id: Mapped[str]
    placed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    until: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]


def unit_of(number: str) -> str:
    """Return the retention unit of an order number."""
    return f"order:{number}"
