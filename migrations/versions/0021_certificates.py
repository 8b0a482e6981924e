"""Certificates that somebody else gave the shop, each with its PDF."""

import sqlalchemy as sa
from alembic import op

revision = "0021_certificates"
down_revision = "0020_official"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("ends_on >= begins_on", name="ck_certificates_ends_after_it_begins"),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
    )


def downgrade() -> None:
    op.drop_table("certificates")
