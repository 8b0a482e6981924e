"""Forecasts of demand, how each SKU is bought, what was ordered, and alerts of what runs low."""

import sqlalchemy as sa
from alembic import op

revision = "0024_insights"
down_revision = "0023_sign_ins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demand_forecasts",
        sa.Column("variant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(), server_default="", nullable=False),
        sa.Column("week", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("past", sa.ARRAY(sa.BigInteger()), server_default="{}", nullable=False),
        sa.Column("days", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tested", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.Double(), server_default="0", nullable=False),
        sa.Column("naive_error", sa.Double(), server_default="0", nullable=False),
        sa.Column("mase", sa.Double(), nullable=True),
        sa.Column("deviation", sa.Double(), server_default="0", nullable=False),
        sa.Column("reorder_point", sa.BigInteger(), nullable=True),
        sa.Column("up_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("safety", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_demand_forecasts_variant_id"),
        sa.PrimaryKeyConstraint("variant_id", name="pk_demand_forecasts"),
    )
    op.create_table(
        "replenishment_rules",
        sa.Column("variant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lead_days", sa.BigInteger(), nullable=True),
        sa.Column("review_days", sa.BigInteger(), nullable=True),
        sa.Column("pack", sa.BigInteger(), nullable=True),
        sa.Column("reorder_at", sa.BigInteger(), nullable=True),
        sa.Column("is_watched", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint(
            "lead_days > 0 AND review_days > 0 AND pack > 0", name="ck_replenishment_rules_days_and_pack"
        ),
        sa.CheckConstraint("reorder_at >= 0", name="ck_replenishment_rules_reorder_at"),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_replenishment_rules_variant_id"),
        sa.PrimaryKeyConstraint("variant_id", name="pk_replenishment_rules"),
    )
    op.create_table(
        "replenishment_orders",
        sa.Column("variant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("units > 0", name="ck_replenishment_orders_units"),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_replenishment_orders_variant_id"),
        sa.PrimaryKeyConstraint("variant_id", name="pk_replenishment_orders"),
    )
    op.create_table(
        "replenishment_alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("reorder_point", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_replenishment_alerts_variant_id"),
        sa.PrimaryKeyConstraint("id", name="pk_replenishment_alerts"),
    )
    op.create_index(
        "uq_replenishment_alerts_open",
        "replenishment_alerts",
        ["variant_id"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("replenishment_alerts")
    op.drop_table("replenishment_orders")
    op.drop_table("replenishment_rules")
    op.drop_table("demand_forecasts")
