"""Work on many orders that goes on after the page was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0015_desk"
down_revision = "0014_returns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_works",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "deed",
            sa.Enum("hold", "lift", "cancel", name="deed", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_works")),
    )
    op.create_table(
        "bulk_turns",
        sa.Column("work_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "done", "left_out", name="turnstate", native_enum=False, length=40),
            server_default="waiting",
            nullable=False,
        ),
        sa.Column("refusal", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["work_id"], ["bulk_works.id"], name=op.f("fk_bulk_turns_work_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("work_id", "position", name=op.f("pk_bulk_turns")),
    )


def downgrade() -> None:
    op.drop_table("bulk_turns")
    op.drop_table("bulk_works")
