"""Tables of buyers, and of how often somebody may try to sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0003_buyers"
down_revision = "0002_catalog"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_budgets",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sort", sa.String(), server_default="", nullable=False),
        sa.Column("passed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("places", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_budgets"),
    )
    op.create_index(
        "ix_sign_in_budgets_tried",
        "sign_in_budgets",
        ["tried_at"],
        postgresql_where=sa.text("sort <> 'place'"),
    )
    op.create_table(
        "buyers",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_active_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_version", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state = 'active' OR password_hash IS NULL", name="ck_buyers_closed_keeps_no_password"
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name="ck_buyers_closed_has_a_date"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_buyers"),
        sa.UniqueConstraint("subject_id", name="uq_buyers_subject_id"),
    )
    op.create_index("ix_buyers_last_active_at", "buyers", ["last_active_at"])
    op.create_table(
        "mailbox_challenges",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.String(), server_default="", nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name="ck_mailbox_challenges_few_tries"),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["buyers.id"], name="fk_mailbox_challenges_buyer_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox_challenges"),
        sa.UniqueConstraint("unit", name="uq_mailbox_challenges_unit"),
    )
    op.create_index("ix_mailbox_challenges_created_at", "mailbox_challenges", ["created_at"])
    op.create_index("ix_mailbox_challenges_buyer_id", "mailbox_challenges", ["buyer_id"])


def downgrade() -> None:
    op.drop_table("mailbox_challenges")
    op.drop_table("buyers")
    op.drop_table("sign_in_budgets")
