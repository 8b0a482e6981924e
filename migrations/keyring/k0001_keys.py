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


def downgrade() -> None:
    op.drop_table("tombstone_marks")
    op.drop_table("index_salts")
    op.drop_table("destructions")
    op.drop_table("keys")
