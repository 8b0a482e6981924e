"""What one unit costs the shop itself, as dated statements."""

import sqlalchemy as sa
from alembic import op

revision = "0025_finance"
down_revision = "0024_insights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_costs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_unit_costs_amount")),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name=op.f("fk_unit_costs_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_costs")),
    )
    op.create_index(
        "uq_unit_costs_moment", "unit_costs", ["variant_id", "currency", "valid_from"], unique=True
    )


def downgrade() -> None:
    op.drop_table("unit_costs")
