"""Which mails were sent, and which letters lie in whose inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0013_notifications"
down_revision = "0012_privacy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_sends",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("begun", "sent", "stopped", name="mailstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("disclosure_id", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_sends")),
        sa.UniqueConstraint("topic", "thing", name=op.f("uq_mail_sends_topic_thing")),
    )
    op.create_table(
        "inbox_letters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("sealed_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sealed_id"],
            ["personal.sealed.id"],
            name=op.f("fk_inbox_letters_sealed_id_sealed"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_letters")),
        sa.UniqueConstraint("sealed_id", name=op.f("uq_inbox_letters_sealed_id")),
        sa.UniqueConstraint("unit", "topic", "thing", name=op.f("uq_inbox_letters_unit_topic_thing")),
    )

    op.create_table(
        "text_sends",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                *("begun", "sent", "arrived", "failed", "stopped"),
                name="textstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("disclosure_id", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_sends")),
        sa.UniqueConstraint("key", name=op.f("uq_text_sends_key")),
        sa.UniqueConstraint("topic", "thing", name=op.f("uq_text_sends_topic_thing")),
    )
    op.create_index(op.f("ix_text_sends_unit"), "text_sends", ["unit"])


def downgrade() -> None:
    op.drop_table("text_sends")
    op.drop_table("inbox_letters")
    op.drop_table("mail_sends")
