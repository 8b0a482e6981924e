"""Ways of delivery."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_shipping"
down_revision = "0005_inventory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shipping_methods",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("market_code", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("countries", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("not_postcodes", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("free_from", sa.BigInteger(), nullable=True),
        sa.Column("days_least", sa.BigInteger(), nullable=False),
        sa.Column("days_most", sa.BigInteger(), nullable=False),
        sa.Column("is_pickup", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("needs_phone", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.CheckConstraint(
            "days_least >= 0 AND days_most >= days_least", name=op.f("ck_shipping_methods_days")
        ),
        sa.CheckConstraint("jsonb_array_length(steps) > 0", name=op.f("ck_shipping_methods_steps")),
        sa.ForeignKeyConstraint(
            ["market_code"], ["markets.code"], name=op.f("fk_shipping_methods_market_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipping_methods")),
        sa.UniqueConstraint("code", name=op.f("uq_shipping_methods_code")),
    )


def downgrade() -> None:
    op.drop_table("shipping_methods")
