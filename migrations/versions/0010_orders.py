"""Orders, their lines, taxes, history and holds."""

import sqlalchemy as sa
from alembic import op

revision = "0010_orders"
down_revision = "0009_carts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "awaiting_payment",
                "placed",
                "closed",
                "cancelled",
                "lapsed",
                name="orderstate",
                native_enum=False,
                length=40,
            ),
            server_default="awaiting_payment",
            nullable=False,
        ),
        sa.Column("placement_hash", sa.LargeBinary(), nullable=True),
        sa.Column("buyer_id", sa.BigInteger(), nullable=True),
        sa.Column("cart_id", sa.BigInteger(), nullable=True),
        sa.Column("market_code", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("tax_included", sa.Boolean(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("region", sa.String(), server_default="", nullable=False),
        sa.Column("postcode_prefix", sa.String(), server_default="", nullable=False),
        sa.Column("goods", sa.BigInteger(), nullable=False),
        sa.Column("delivery", sa.BigInteger(), nullable=False),
        sa.Column("delivery_tax", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(), server_default="", nullable=False),
        sa.Column("carrier", sa.String(), server_default="", nullable=False),
        sa.Column("service", sa.String(), server_default="", nullable=False),
        sa.Column("is_pickup", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_digital", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("days_least", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("days_most", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sourcing", sa.String(), server_default="", nullable=False),
        sa.Column("notice_version", sa.String(), server_default="", nullable=False),
        sa.Column("channel", sa.String(), server_default="", nullable=False),
        sa.Column("is_tax_elsewhere", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returns_end_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "goods >= 0 AND delivery >= 0 AND tax >= 0 AND total >= 0", name=op.f("ck_orders_positive")
        ),
        sa.CheckConstraint(
            "total = goods + delivery + CASE WHEN tax_included THEN 0 ELSE tax END",
            name=op.f("ck_orders_total"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_orders_number")),
    )
    op.create_index(
        "ix_orders_awaiting",
        "orders",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'awaiting_payment'"),
    )
    op.create_index(
        "ix_orders_buyer_id",
        "orders",
        ["buyer_id"],
        unique=False,
        postgresql_where=sa.text("buyer_id IS NOT NULL"),
    )
    op.create_index(
        "ix_orders_list",
        "orders",
        [sa.literal_column("placed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("placed_at IS NOT NULL"),
    )
    op.create_index(
        "uq_orders_placement",
        "orders",
        ["placement_hash"],
        unique=True,
        postgresql_where=sa.text("state <> 'lapsed' AND placement_hash IS NOT NULL"),
    )
    op.create_table(
        "order_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("choices", sa.String(), server_default="", nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("basis_points", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("hs_code", sa.String(), server_default="", nullable=False),
        sa.Column("origin", sa.String(), server_default="", nullable=False),
        sa.Column("is_digital", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "quantity > 0 AND total = unit_price * quantity", name=op.f("ck_order_lines_total")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_lines_order_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name=op.f("fk_order_lines_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lines")),
    )
    op.create_index("ix_order_lines_order_id", "order_lines", ["order_id"], unique=False)
    op.create_table(
        "order_taxes",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("basis_points", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_taxes_order_id")),
        sa.PrimaryKeyConstraint("order_id", "basis_points", name=op.f("pk_order_taxes")),
    )
    op.create_table(
        "order_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("note", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_events_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    op.create_index(op.f("ix_order_events_order_id"), "order_events", ["order_id"], unique=False)
    op.create_table(
        "order_holds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_order_holds_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_holds")),
    )
    op.create_index(op.f("ix_order_holds_order_id"), "order_holds", ["order_id"], unique=False)


def downgrade() -> None:
    op.drop_table("order_holds")
    op.drop_table("order_events")
    op.drop_table("order_taxes")
    op.drop_table("order_lines")
    op.drop_table("orders")
