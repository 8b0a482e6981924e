"""Pick lists, fulfillment orders with lines and history, shipments, parcels."""

import sqlalchemy as sa
from alembic import op

revision = "0011_fulfillment"
down_revision = "0010_orders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _pick_lists()
    _fulfillment_orders()
    _fulfillment_events()
    _shipments()
    _parcels()
    _fulfillment_lines()


def _pick_lists() -> None:
    op.create_table(
        "pick_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["warehouse_id"], ["warehouses.id"], name=op.f("fk_pick_lists_warehouse_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pick_lists")),
    )
    op.create_index(
        "ix_pick_lists_open",
        "pick_lists",
        ["warehouse_id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )


def _fulfillment_orders() -> None:
    op.create_table(
        "fulfillment_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "in_progress",
                "closed",
                "cancelled",
                name="fulfillmentstate",
                native_enum=False,
                length=40,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("pick_list_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_fulfillment_orders_order_id")),
        sa.ForeignKeyConstraint(
            ["pick_list_id"], ["pick_lists.id"], name=op.f("fk_fulfillment_orders_pick_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouses.id"], name=op.f("fk_fulfillment_orders_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_orders")),
        sa.UniqueConstraint(
            "order_id", "warehouse_id", name=op.f("uq_fulfillment_orders_order_id_warehouse_id")
        ),
    )
    op.create_index(
        "ix_fulfillment_orders_live",
        "fulfillment_orders",
        ["warehouse_id", "made_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'in_progress')"),
    )
    op.create_index(
        op.f("ix_fulfillment_orders_pick_list_id"), "fulfillment_orders", ["pick_list_id"], unique=False
    )


def _fulfillment_events() -> None:
    op.create_table(
        "fulfillment_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fulfillment_order_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id"],
            ["fulfillment_orders.id"],
            name=op.f("fk_fulfillment_events_fulfillment_order_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_events")),
    )
    op.create_index(
        op.f("ix_fulfillment_events_fulfillment_order_id"),
        "fulfillment_events",
        ["fulfillment_order_id"],
        unique=False,
    )


def _shipments() -> None:
    op.create_table(
        "shipments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fulfillment_order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "packed",
                "handed_over",
                "delivered",
                "lost",
                "returned_to_sender",
                "unpacked",
                name="shipmentstate",
                native_enum=False,
                length=40,
            ),
            server_default="packed",
            nullable=False,
        ),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("packed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id"],
            ["fulfillment_orders.id"],
            name=op.f("fk_shipments_fulfillment_order_id"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_shipments_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipments")),
    )
    op.create_index("ix_shipments_order_id", "shipments", ["order_id"], unique=False)
    op.create_index("ix_shipments_state", "shipments", ["state", "handed_over_at"], unique=False)
    op.create_index(
        "uq_shipments_live",
        "shipments",
        ["fulfillment_order_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'unpacked'"),
    )


def _parcels() -> None:
    op.create_table(
        "parcels",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shipment_id", sa.BigInteger(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column(
            "label_state",
            sa.Enum(
                "none",
                "wanted",
                "bought",
                "refused",
                "void_wanted",
                "voided",
                name="labelstate",
                native_enum=False,
                length=40,
            ),
            server_default="none",
            nullable=False,
        ),
        sa.Column("label_problem", sa.String(), server_default="", nullable=False),
        sa.Column("postage", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), server_default="", nullable=False),
        sa.Column("label_ref", sa.String(), nullable=True),
        sa.Column("label_file", sa.Uuid(), nullable=True),
        sa.Column("tracking", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("grams > 0", name=op.f("ck_parcels_grams")),
        sa.CheckConstraint(
            "postage >= 0 AND (postage IS NULL) = (currency = '')", name=op.f("ck_parcels_postage")
        ),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipments.id"], name=op.f("fk_parcels_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcels")),
        sa.UniqueConstraint("label_ref", name=op.f("uq_parcels_label_ref")),
        sa.UniqueConstraint("tracking", name=op.f("uq_parcels_tracking")),
    )
    op.create_index(op.f("ix_parcels_shipment_id"), "parcels", ["shipment_id"], unique=False)
    op.create_index(
        "ix_parcels_wanted",
        "parcels",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("label_state IN ('wanted', 'void_wanted')"),
    )


def _fulfillment_lines() -> None:
    op.create_table(
        "fulfillment_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("fulfillment_order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("picked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("packed", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("packed >= 0 AND packed <= quantity", name=op.f("ck_fulfillment_lines_packed")),
        sa.CheckConstraint("picked >= 0 AND picked <= quantity", name=op.f("ck_fulfillment_lines_picked")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_fulfillment_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["fulfillment_order_id"],
            ["fulfillment_orders.id"],
            name=op.f("fk_fulfillment_lines_fulfillment_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_lines.id"], name=op.f("fk_fulfillment_lines_order_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variants.id"], name=op.f("fk_fulfillment_lines_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfillment_lines")),
        sa.UniqueConstraint(
            "fulfillment_order_id",
            "order_line_id",
            name=op.f("uq_fulfillment_lines_fulfillment_order_id_order_line_id"),
        ),
    )
    op.create_index(
        "ix_fulfillment_lines_order_line_id", "fulfillment_lines", ["order_line_id"], unique=False
    )


def downgrade() -> None:
    for name in (
        "fulfillment_lines",
        "parcels",
        "shipments",
        "fulfillment_events",
        "fulfillment_orders",
        "pick_lists",
    ):
        op.drop_table(name)
