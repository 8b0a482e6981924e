"""Connections to marketplaces, listings there, and the orders that were sold there; never a person."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from oms.channels.states import Channel, Scope, SoldState
from oms.kernel import clock
from oms.kernel.db import Base
from oms.kernel.register import Life, columns


class Connection(Base):
    """An account at a marketplace that somebody allowed us to use: for what, by whom, since and until when.

    `code` names its keys among the settings. What was sold before it was first allowed, `since`, is not ours
    to ask for. `asked_to` is the last change there that we know of; `trouble`
    what the last attempt ended with.
    """

    __tablename__ = "channel_connections"
    __columns__: ClassVar = columns(
        "id code channel market_code language scopes since granted_at until revoked_at revoked_why"
        " asked_to asked_at trouble",
        "granted_by",
    )
    __table_args__ = (UniqueConstraint("code", name="uq_channel_connections_code"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str]
    channel: Mapped[Channel]
    market_code: Mapped[str]
    language: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String))
    since: Mapped[datetime]
    granted_by: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    until: Mapped[date]
    revoked_at: Mapped[datetime | None]
    revoked_why: Mapped[str] = mapped_column(server_default="")
    asked_to: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(server_default="")

    def allows(self, scope: Scope) -> bool:
        """Say whether something may be asked or told there now."""
        return self.revoked_at is None and clock.today() <= self.until and scope in self.scopes


class Listing(Base):
    """A variant as it is offered at a marketplace, and how many units were last said to be there.

    `sku` and `ref` are what the marketplace calls it; `trouble` what the last telling ended with.
    """

    __tablename__ = "channel_listings"
    __columns__: ClassVar = columns("id connection_id variant_id sku ref is_offered told told_at trouble")
    __table_args__ = (
        UniqueConstraint("connection_id", "sku", name="uq_channel_listings_sku"),
        CheckConstraint("told >= 0", name="told"),
        Index("ix_channel_listings_variant_id", "variant_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("channel_connections.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variants.id"))
    sku: Mapped[str]
    ref: Mapped[str] = mapped_column(server_default="")
    is_offered: Mapped[bool] = mapped_column(server_default="true")
    told: Mapped[int | None]
    told_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(server_default="")


class ChannelOrder(Base):
    """An order as it is known at its marketplace: its reference there, its state there, and ours.

    Without an order of ours something is in the way, which `trouble` says. `changed_at` is the marketplace's.
    """

    __tablename__ = "channel_orders"
    __columns__: ClassVar = columns("id connection_id ref state changed_at seen_at trouble order_id")
    # One that waits for a listing stays until it is taken, or called off there.
    __life__: ClassVar = Life("changed_at", 30, where="order_id IS NULL AND trouble = ''")
    __table_args__ = (
        UniqueConstraint("connection_id", "ref", name="uq_channel_orders_ref"),
        Index("uq_channel_orders_order_id", "order_id", unique=True),
        Index("ix_channel_orders_trouble", "seen_at", postgresql_where=text("trouble <> ''")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("channel_connections.id"))
    ref: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    state: Mapped[SoldState]
    changed_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    trouble: Mapped[str] = mapped_column(server_default="")

    lines: Mapped[list["ChannelLine"]] = relationship(lazy="raise_on_sql", order_by="ChannelLine.id")


class ChannelLine(Base):
    """What a marketplace calls a line of an order; two lines of ours may be one of theirs."""

    __tablename__ = "channel_lines"
    __columns__: ClassVar = columns("id channel_order_id order_line_id ref")

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    channel_order_id: Mapped[int] = mapped_column(ForeignKey("channel_orders.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), unique=True)
    ref: Mapped[str]
