"""Tables of payments."""

revision = "0008_payments"
down_revision = "0007_pricing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
