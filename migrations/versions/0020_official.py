"""Official requests with who agreed, and the units that they cover."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_official"
down_revision = "0019_minors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "official_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("ground", sa.String(40), nullable=True),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approver1", sa.String(), server_default="", nullable=False),
        sa.Column("approver2", sa.String(), server_default="", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_to", sa.String(), server_default="", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gag_until", sa.Date(), nullable=True),
        sa.Column("review_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.String(), server_default="", nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "approver1 = '' OR approver1 <> written_by", name="ck_official_requests_first_is_not_the_writer"
        ),
        sa.CheckConstraint(
            "approver2 = '' OR (approver1 <> '' AND approver2 NOT IN (written_by, approver1))",
            name="ck_official_requests_second_is_another",
        ),
        sa.CheckConstraint(
            "kind = 'emergency' OR state NOT IN ('approved', 'disclosed') OR instrument <> ''",
            name="ck_official_requests_instrument",
        ),
        sa.CheckConstraint(
            "reviewed_by = '' OR reviewed_by NOT IN (written_by, approver1)",
            name="ck_official_requests_reviewed_by_another",
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'disclosed') OR (approver1 <> ''"
            " AND (approver2 <> '' OR (kind = 'emergency'"
            " AND review_by IS NOT NULL)))",
            name="ck_official_requests_two_agreed",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_official_requests"),
        sa.UniqueConstraint("number", name="uq_official_requests_number"),
    )
    op.create_table(
        "official_units",
        sa.Column("official_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["official_id"], ["official_requests.id"], name="fk_official_units_official_id"
        ),
        sa.PrimaryKeyConstraint("official_id", "unit", name="pk_official_units"),
    )
    op.create_index("ix_official_units_unit", "official_units", ["unit"])


def downgrade() -> None:
    op.drop_table("official_units")
    op.drop_table("official_requests")
