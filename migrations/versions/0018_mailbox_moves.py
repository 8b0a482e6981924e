"""Wishes of guests to move an order to another mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "0018_mailbox_moves"
down_revision = "0017_breaches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailbox_moves",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("old_mailbox", sa.String(), server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox_moves"),
        sa.UniqueConstraint("number", name="uq_mailbox_moves_number"),
        sa.UniqueConstraint("unit", name="uq_mailbox_moves_unit"),
    )
    op.create_index(
        "ix_mailbox_moves_under_way",
        "mailbox_moves",
        ["waits_until"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("mailbox_moves")
