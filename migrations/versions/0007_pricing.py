"""Dated tax rates."""

import sqlalchemy as sa
from alembic import op

revision = "0007_pricing"
down_revision = "0006_shipping"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tax_rates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("region", sa.String(), server_default="", nullable=False),
        sa.Column("tax_class", sa.String(), nullable=False),
        sa.Column("basis_points", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 5000", name=op.f("ck_tax_rates_basis_points")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_rates")),
    )
    op.create_index(
        "uq_tax_rates_day", "tax_rates", ["country", "region", "tax_class", "valid_from"], unique=True
    )


def downgrade() -> None:
    op.drop_table("tax_rates")
