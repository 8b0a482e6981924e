"""Tables of returns: withdrawals by EU law, and the goods that it excludes."""

import sqlalchemy as sa
from alembic import op

revision = "0014_returns"
down_revision = "0013_notifications"
branch_labels = None
depends_on = None

_REASONS = ("custom-made", "perishable", "unsealed for hygiene", "digital, begun with your consent")


def upgrade() -> None:
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("declared", "settled", name="withdrawalstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refund_by", sa.Date(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("fk_withdrawals_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
        sa.UniqueConstraint("order_id", name=op.f("uq_withdrawals_order_id")),
    )
    op.create_index(
        "ix_withdrawals_declared",
        "withdrawals",
        ["refund_by"],
        unique=False,
        postgresql_where=sa.text("state = 'declared'"),
    )
    op.create_table(
        "withdrawal_exclusions",
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column(
            "reason", sa.Enum(*_REASONS, name="exclusion", native_enum=False, length=40), nullable=False
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_withdrawal_exclusions")),
    )


def downgrade() -> None:
    op.drop_table("withdrawal_exclusions")
    op.drop_table("withdrawals")
