"""Connections to marketplaces, listings there, and the orders that were sold there."""

import sqlalchemy as sa
from alembic import op

revision = "0026_channels"
down_revision = "0025_finance"
branch_labels = None
depends_on = None

_NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "channel_connections",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("amazon", "shopify", "tiktok", name="channel", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("market_code", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_why", sa.String(), server_default="", nullable=False),
        sa.Column("asked_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel_connections"),
        sa.UniqueConstraint("code", name="uq_channel_connections_code"),
    )
    op.create_table(
        "channel_listings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), server_default="", nullable=False),
        sa.Column("is_offered", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("told >= 0", name="ck_channel_listings_told"),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["channel_connections.id"], name="fk_channel_listings_connection_id"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_channel_listings_variant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_channel_listings"),
        sa.UniqueConstraint("connection_id", "sku", name="uq_channel_listings_sku"),
    )
    op.create_index("ix_channel_listings_variant_id", "channel_listings", ["variant_id"])
    _orders()


def _orders() -> None:
    op.create_table(
        "channel_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection_id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "pending", "to_send", "sent", "cancelled", name="soldstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("trouble", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["channel_connections.id"], name="fk_channel_orders_connection_id"
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_channel_orders_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_channel_orders"),
        sa.UniqueConstraint("connection_id", "ref", name="uq_channel_orders_ref"),
    )
    op.create_index("uq_channel_orders_order_id", "channel_orders", ["order_id"], unique=True)
    op.create_index(
        "ix_channel_orders_trouble", "channel_orders", ["seen_at"], postgresql_where=sa.text("trouble <> ''")
    )
    op.create_table(
        "channel_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_order_id"], ["channel_orders.id"], name="fk_channel_lines_channel_order_id"
        ),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_lines.id"], name="fk_channel_lines_order_line_id"),
        sa.PrimaryKeyConstraint("id", name="pk_channel_lines"),
        sa.UniqueConstraint("order_line_id", name="uq_channel_lines_order_line_id"),
    )
    op.create_index("ix_channel_lines_channel_order_id", "channel_lines", ["channel_order_id"])


def downgrade() -> None:
    op.drop_table("channel_lines")
    op.drop_table("channel_orders")
    op.drop_table("channel_listings")
    op.drop_table("channel_connections")
