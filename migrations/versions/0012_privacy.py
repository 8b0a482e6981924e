"""Tables of privacy: requests, their moves, what they are about while under way, whom to tell."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_privacy"
down_revision = "0011_fulfillment"
branch_labels = None
depends_on = None

_STATES = ("received", "verified", "in_progress", "fulfilled", "partly_refused", "refused", "withdrawn")


def _states() -> sa.Enum:
    return sa.Enum(*_STATES, name="requeststate", native_enum=False, length=40)


def upgrade() -> None:
    op.create_table(
        "privacy_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(40), server_default="erasure", nullable=False),
        sa.Column("source", sa.String(40), server_default="screen", nullable=False),
        sa.Column("state", _states(), nullable=False),
        sa.Column("way", sa.Enum("now", "later", name="way", native_enum=False, length=40), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("regime", sa.String(), nullable=False),
        sa.Column("target_by", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("legal_by", sa.Date(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate_unit", sa.String(), server_default="", nullable=False),
        sa.Column("contact_unit", sa.String(), server_default="", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("certificate", postgresql.JSONB(), nullable=True),
        sa.Column("because", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_requests")),
        sa.UniqueConstraint("ref", name=op.f("uq_privacy_requests_ref")),
        sa.UniqueConstraint("number", name=op.f("uq_privacy_requests_number")),
    )
    op.create_index(
        "ix_privacy_requests_open",
        "privacy_requests",
        ["answer_by"],
        unique=False,
        postgresql_where=sa.text("state IN ('received', 'verified', 'in_progress')"),
    )
    op.create_table(
        "privacy_request_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("state", _states(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["privacy_requests.id"], name=op.f("fk_privacy_request_events_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_request_events")),
    )
    op.create_index(
        op.f("ix_privacy_request_events_request_id"), "privacy_request_events", ["request_id"], unique=False
    )
    op.create_table(
        "privacy_request_units",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("was_open", sa.Boolean(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("recipients", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["privacy_requests.id"], name=op.f("fk_privacy_request_units_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "unit", name=op.f("pk_privacy_request_units")),
    )
    op.create_table(
        "privacy_tellings",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refs", postgresql.ARRAY(sa.String()), server_default="{}", nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledgment", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["privacy_requests.id"], name=op.f("fk_privacy_tellings_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "recipient", name=op.f("pk_privacy_tellings")),
    )
    _wishes()
    op.create_table(
        "notice_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_material", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_versions")),
    )
    op.create_table(
        "clearings",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("has_log", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clearings"),
    )
    _copies()
    op.create_index(op.f("ix_notice_versions_version"), "notice_versions", ["version"], unique=False)


def _wishes() -> None:
    def kinds(name: str, *words: str) -> sa.Enum:
        return sa.Enum(*words, name=name, native_enum=False, length=40)

    ways = ("page", "link", "program", "text", "desk", "brought", "signal")
    op.create_table(
        "privacy_wishes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("purpose", kinds("wishpurpose", "news", "promotions", "sharing"), nullable=False),
        sa.Column("channel", kinds("channel", "mail", "sms", "inbox"), nullable=False),
        sa.Column("choice", kinds("choice", "given", "withdrawn"), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("way", kinds("wishway", *ways), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_wishes")),
    )
    op.create_index(op.f("ix_privacy_wishes_unit"), "privacy_wishes", ["unit"], unique=False)
    # Whoever asks may not know people, so the function looks with its owner's eyes.
    op.execute(
        """
        CREATE FUNCTION keep_wish() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog AS $$
        BEGIN
            IF TG_OP = 'UPDATE' OR EXISTS (SELECT 1 FROM personal.sealed WHERE unit = OLD.unit) THEN
                RAISE EXCEPTION 'a wish is written once' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN OLD;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_wish BEFORE UPDATE OR DELETE ON privacy_wishes"
        " FOR EACH ROW EXECUTE FUNCTION keep_wish()"
    )


def _copies() -> None:
    states = ("asked", "building", "ready", "taken", "dropped")
    op.create_table(
        "privacy_copies",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ref_hash", sa.LargeBinary(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("state", sa.Enum(*states, name="copystate", native_enum=False, length=40), nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["privacy_requests.id"], name=op.f("fk_privacy_copies_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_copies")),
        sa.UniqueConstraint("ref_hash", name=op.f("uq_privacy_copies_ref_hash")),
        sa.UniqueConstraint("unit", name=op.f("uq_privacy_copies_unit")),
    )
    op.create_index(op.f("ix_privacy_copies_request_id"), "privacy_copies", ["request_id"], unique=False)
    op.create_table(
        "privacy_copy_units",
        sa.Column("copy_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["copy_id"],
            ["privacy_copies.id"],
            name=op.f("fk_privacy_copy_units_copy_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("copy_id", "unit", name=op.f("pk_privacy_copy_units")),
    )
    op.create_table(
        "privacy_arrivals",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_privacy_arrivals")),
    )
    op.create_table(
        "shop_closings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shreds_on", sa.Date(), nullable=False),
        sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("certificate", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_closings")),
    )
    op.create_index(op.f("ix_privacy_arrivals_unit"), "privacy_arrivals", ["unit"], unique=False)
    op.create_index(op.f("ix_privacy_copy_units_unit"), "privacy_copy_units", ["unit"], unique=False)


def downgrade() -> None:
    op.drop_table("shop_closings")
    op.drop_table("privacy_arrivals")
    op.drop_table("privacy_copy_units")
    op.drop_table("privacy_copies")
    op.drop_table("clearings")
    op.drop_table("notice_versions")
    op.drop_table("privacy_wishes")
    op.execute("DROP FUNCTION keep_wish")
    for name in ("tellings", "request_units", "request_events", "requests"):
        op.drop_table(f"privacy_{name}")
