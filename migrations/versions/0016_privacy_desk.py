"""Tables of the privacy desk: refusals with their ground, and the fields that one keeps back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016_privacy_desk"
down_revision = "0015_desk"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_refusals",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.String(), server_default="", nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["privacy_requests.id"], name="fk_privacy_refusals_request_id"
        ),
        sa.CheckConstraint(
            "ground <> 'bad_faith' OR reviewed_at IS NULL OR reviewed_by NOT IN ('', proposed_by)",
            name="ck_privacy_refusals_second_reviewer",
        ),
        sa.PrimaryKeyConstraint("request_id", name="pk_privacy_refusals"),
    )
    op.create_table(
        "privacy_withholdings",
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("unit", "field", name="pk_privacy_withholdings"),
    )
    op.create_table(
        "privacy_restrictions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("is_apart", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("why", sa.String(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_how", sa.String(40), server_default="", nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "lifted_at IS NULL OR (told_at IS NOT NULL AND told_at <= lifted_at)",
            name=op.f("ck_privacy_restrictions_told_before_lifted"),
        ),
        sa.CheckConstraint(
            "told_at IS NULL OR (decided_at IS NOT NULL AND decided_at <= told_at)",
            name=op.f("ck_privacy_restrictions_decided_before_told"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_privacy_restrictions_decided_with_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["privacy_requests.id"], name="fk_privacy_restrictions_request_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_restrictions"),
    )
    for column in ("request_id", "unit"):
        op.create_index(f"ix_privacy_restrictions_{column}", "privacy_restrictions", [column])
    op.create_table(
        "staff_uses",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("permission", sa.String(40), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name="fk_staff_uses_staff_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "permission", name="pk_staff_uses"),
    )
    op.create_table(
        "privacy_alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_alerts"),
    )
    op.create_table(
        "privacy_exports",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_privacy_exports_second_person")),
        sa.CheckConstraint(
            "state NOT IN ('agreed', 'ready', 'taken') OR (decided_by <> '' AND decided_at IS NOT NULL)",
            name=op.f("ck_privacy_exports_agreed_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_privacy_exports"),
        sa.UniqueConstraint("number", name="uq_privacy_exports_number"),
        sa.UniqueConstraint("unit", name="uq_privacy_exports_unit"),
    )
    op.create_table(
        "privacy_export_units",
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"],
            ["privacy_exports.id"],
            name="fk_privacy_export_units_export_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("export_id", "unit", name="pk_privacy_export_units"),
    )
    op.create_index("ix_privacy_export_units_unit", "privacy_export_units", ["unit"])


def downgrade() -> None:
    op.drop_table("privacy_export_units")
    op.drop_table("privacy_exports")
    op.drop_table("privacy_alerts")
    op.drop_table("staff_uses")
    op.drop_table("privacy_restrictions")
    op.drop_table("privacy_withholdings")
    op.drop_table("privacy_refusals")
