"""Tables of the ground floor, and the schema of sealed rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_ground"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS personal")
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("fanned_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_messages"),
    )
    op.create_index(
        "ix_outbox_messages_new",
        "outbox_messages",
        ["id"],
        postgresql_where=sa.text("fanned_out_at IS NULL"),
    )
    op.create_table(
        "outbox_deliveries",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("handler", sa.String(), nullable=False),
        sa.Column("state", sa.String(40), server_default="waiting", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tried_since", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["outbox_messages.id"],
            name="fk_outbox_deliveries_message_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", "handler", name="pk_outbox_deliveries"),
    )
    op.create_index(
        "ix_outbox_deliveries_due",
        "outbox_deliveries",
        ["due_at", "message_id"],
        postgresql_where=sa.text("state IN ('waiting', 'leased')"),
    )
    op.create_index(
        "ix_outbox_deliveries_dead",
        "outbox_deliveries",
        ["settled_at"],
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_table(
        "schedule_runs",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schedule_runs"),
    )
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sa.UniqueConstraint("provider", "event_id", name="uq_webhook_events_provider_event_id"),
    )
    op.create_index("ix_webhook_events_occurred_at", "webhook_events", ["occurred_at"])
    op.create_index(
        "ix_webhook_events_open",
        "webhook_events",
        ["object_id"],
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    _create_vault()
    _create_audit()
    _create_web_sessions()


# Nobody may delete an entry; this alone does, and nothing that is younger than thirteen months.
_CUT_AUDIT = """
CREATE FUNCTION cut_audit(upto bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE gone bigint;
BEGIN
    IF EXISTS (SELECT 1 FROM audit_links l JOIN audit_entries e ON e.id = l.entry_id
               WHERE l.position <= upto AND e.at > now() - interval '13 months') THEN
        RAISE EXCEPTION 'entries younger than thirteen months stay';
    END IF;
    INSERT INTO audit_checkpoints (position, hash, cut_at)
        SELECT position, hash, now() FROM audit_links WHERE position = upto;
    DELETE FROM audit_details d USING audit_links l WHERE l.entry_id = d.entry_id AND l.position <= upto;
    DELETE FROM audit_entries e USING audit_links l WHERE l.entry_id = e.id AND l.position <= upto;
    DELETE FROM audit_links WHERE position <= upto;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$
"""


def _create_vault() -> None:
    op.create_table(
        "sealed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealed"),
        schema="personal",
    )
    op.create_index("ix_sealed_unit_kind", "sealed", ["unit", "kind"], schema="personal")
    op.create_index("ix_sealed_subject_id", "sealed", ["subject_id"], schema="personal")
    op.create_table(
        "blind_indexes",
        sa.Column("sealed_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sealed_id"], ["personal.sealed.id"], name="fk_blind_indexes_sealed_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sealed_id", "field", "version", name="pk_blind_indexes"),
        schema="personal",
    )
    op.create_index("ix_blind_indexes_field_digest", "blind_indexes", ["field", "digest"], schema="personal")
    op.create_table(
        "tombstone_marks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tombstone_marks"),
    )
    # The planner's samples of a column outlive its rows; of these two it needs none.
    op.execute("ALTER TABLE personal.sealed ALTER COLUMN envelope SET STATISTICS 0")
    op.execute("ALTER TABLE personal.blind_indexes ALTER COLUMN digest SET STATISTICS 0")


def _create_audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("detail_digest", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_about", "audit_entries", ["about"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.create_table(
        "audit_details",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["audit_entries.id"], name="fk_audit_details_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_details"),
    )
    op.create_index("ix_audit_details_subject_id", "audit_details", ["subject_id"])
    op.create_table(
        "audit_links",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit_links"),
        sa.UniqueConstraint("entry_id", name="uq_audit_links_entry_id"),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit_checkpoints"),
    )
    op.execute(_CUT_AUDIT)
    op.create_table(
        "disclosures",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("message", sa.String(), server_default="", nullable=False),
        sa.Column("agreement", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disclosures"),
    )
    op.create_index("ix_disclosures_unit", "disclosures", ["unit"])
    op.create_index("ix_disclosures_subject_id", "disclosures", ["subject_id"])


def _create_web_sessions() -> None:
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("person", sa.String(), server_default="", nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("agent", sa.String(), server_default="", nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_web_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_web_sessions_token_hash"),
    )
    op.create_index(
        "ix_web_sessions_person", "web_sessions", ["person"], postgresql_where=sa.text("person <> ''")
    )
    op.create_index("ix_web_sessions_expires_at", "web_sessions", ["expires_at"])


def downgrade() -> None:
    op.drop_table("web_sessions")
    op.drop_table("disclosures")
    op.drop_table("audit_links")
    op.drop_table("audit_details")
    op.drop_table("audit_entries")
    op.drop_table("tombstone_marks")
    op.drop_table("blind_indexes", schema="personal")
    op.drop_table("sealed", schema="personal")
    op.drop_table("webhook_events")
    op.drop_table("schedule_runs")
    op.drop_table("outbox_deliveries")
    op.drop_table("outbox_messages")
    op.execute("DROP SCHEMA personal")
