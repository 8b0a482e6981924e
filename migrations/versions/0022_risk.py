"""Orders that wait for a look, and alerts of cards that are being tried."""

import sqlalchemy as sa
from alembic import op

revision = "0022_risk"
down_revision = "0021_certificates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_doubts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *("open", "cleared", "cancelled", "lapsed", "ended"),
                name="doubtstate",
                native_enum=False,
                length=40,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_kind", sa.String(), server_default="", nullable=False),
        sa.Column("by_id", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("state = 'open' OR decided_at IS NOT NULL", name=op.f("ck_order_doubts_decided")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_doubts_order_id_orders"),
        sa.PrimaryKeyConstraint("id", name="pk_order_doubts"),
        sa.UniqueConstraint("order_id", name="uq_order_doubts_order_id"),
    )
    op.create_index(
        "ix_order_doubts_open", "order_doubts", ["due_at"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "checkout_alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checkout_alerts"),
    )


def downgrade() -> None:
    op.drop_table("checkout_alerts")
    op.drop_table("order_doubts")
