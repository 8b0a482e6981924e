"""Suspicions that somebody is a child: the case, its units, its moves."""

import sqlalchemy as sa
from alembic import op

revision = "0019_minors"
down_revision = "0018_mailbox_moves"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "minor_cases",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("signal", sa.String(40), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("age", sa.BigInteger(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("guardian_unit", sa.String(), server_default="", nullable=False),
        sa.Column("standing", sa.String(40), server_default="nobody", nullable=False),
        sa.Column("asked", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("suspected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erase_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erasure_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["privacy_requests.id"], name="fk_minor_cases_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_minor_cases"),
        sa.UniqueConstraint("ref", name="uq_minor_cases_ref"),
        sa.UniqueConstraint("request_id", name="uq_minor_cases_request_id"),
    )
    op.create_index(
        "ix_minor_cases_open",
        "minor_cases",
        ["erase_after"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "minor_units",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["minor_cases.id"], name="fk_minor_units_case_id"),
        sa.PrimaryKeyConstraint("case_id", "unit", name="pk_minor_units"),
    )
    op.create_index("ix_minor_units_unit", "minor_units", ["unit"])
    op.create_table(
        "minor_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["minor_cases.id"], name="fk_minor_events_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_minor_events"),
    )
    op.create_index("ix_minor_events_case_id", "minor_events", ["case_id"])


def downgrade() -> None:
    op.drop_table("minor_events")
    op.drop_table("minor_units")
    op.drop_table("minor_cases")
