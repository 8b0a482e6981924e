"""Tables of the breach desk: what leaked, and each unit that is told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017_breaches"
down_revision = "0016_privacy_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "breaches",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("leak", sa.String(40), nullable=False),
        sa.Column("named", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.Column("authority_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("platform_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_breaches"),
        sa.UniqueConstraint("number", name="uq_breaches_number"),
    )
    op.create_table(
        "breach_units",
        sa.Column("breach_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("reach", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["breach_id"], ["breaches.id"], name="fk_breach_units_breach_id"),
        sa.PrimaryKeyConstraint("breach_id", "unit", name="pk_breach_units"),
    )
    op.create_index("ix_breach_units_unit", "breach_units", ["unit"])


def downgrade() -> None:
    op.drop_table("breach_units")
    op.drop_table("breaches")
