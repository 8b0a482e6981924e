"""Tables of the keyring."""

import sqlalchemy as sa
from alembic import op

revision = "k0001_keys"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keys",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroy_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_referenced", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("told_at IS NULL OR told_at >= locked_at", name=op.f("ck_keys_told_while_locked")),
        sa.PrimaryKeyConstraint("key_id", name="pk_keys"),
    )
    op.create_index("ix_keys_unit", "keys", ["unit"])
    op.create_index("ix_keys_subject_id", "keys", ["subject_id"])
    op.create_index("ix_keys_destroy_after", "keys", ["destroy_after"])
    op.create_index(
        "ix_keys_unreferenced", "keys", ["made_at"], postgresql_where=sa.text("NOT is_referenced")
    )
    # A deleted row stays in its page until vacuum takes it: for a destroyed key that must be minutes.
    op.execute("ALTER TABLE keys SET (autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0)")
    op.execute("ALTER TABLE keys ALTER COLUMN wrapped SET STATISTICS 0")
    _doors()
    op.create_table(
        "destructions",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="pk_destructions"),
    )
    op.create_table(
        "index_salts",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_index_salts"),
    )
    op.create_table(
        "tombstone_marks",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tombstone_marks"),
    )


# The one way to a wrapped key: `keys` cannot read that column. A locked key goes to its person's rights, and
# to be wrapped anew as it lies; it is let out only after its person was told (GDPR, article 18(2) and (3)).
_FUNCTIONS = (
    """
CREATE FUNCTION hand_out(wanted uuid[], purpose text, living timestamptz)
RETURNS TABLE (key_id uuid, subject_id uuid, unit text, kind text, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.key_id, k.subject_id, k.unit, k.kind, k.wrapped FROM keys AS k
    WHERE k.key_id = ANY (wanted) AND k.destroy_after > living
        AND (k.locked_at IS NULL OR purpose IN ('your rights', 'storage'))
$$
""",
    """
CREATE FUNCTION lock_keys(its_unit text, its_kind text, at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH locked AS (
        UPDATE keys SET locked_at = at, told_at = NULL
        WHERE unit = its_unit AND kind = its_kind AND locked_at IS NULL RETURNING 1
    ) SELECT count(*) FROM locked
$$
""",
    """
CREATE FUNCTION note_told(its_unit text, its_kind text, at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH told AS (
        UPDATE keys SET told_at = at
        WHERE unit = its_unit AND kind = its_kind AND locked_at IS NOT NULL RETURNING 1
    ) SELECT count(*) FROM told
$$
""",
    """
CREATE FUNCTION lift_lock(its_unit text, its_kind text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE lifted bigint;
BEGIN
    IF EXISTS (
        SELECT 1 FROM keys
        WHERE unit = its_unit AND kind = its_kind AND locked_at IS NOT NULL AND told_at IS NULL
    ) THEN
        RAISE check_violation USING MESSAGE = 'a lock is lifted after its person was told';
    END IF;
    UPDATE keys SET locked_at = NULL, told_at = NULL
    WHERE unit = its_unit AND kind = its_kind AND locked_at IS NOT NULL;
    GET DIAGNOSTICS lifted = ROW_COUNT;
    RETURN lifted;
END $$
""",
)


def _doors() -> None:
    for function in _FUNCTIONS:
        op.execute(function)


def downgrade() -> None:
    for name in ("lift_lock", "note_told", "lock_keys", "hand_out"):
        op.execute(f"DROP FUNCTION {name}")
    op.drop_table("tombstone_marks")
    op.drop_table("index_salts")
    op.drop_table("destructions")
    op.drop_table("keys")
